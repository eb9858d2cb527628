"""What is shown of a batch: its items, and whether more could be had."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy.orm import Session

from service.actions import predictions
from service.actions.picks import Pick
from service.actions.predictions import PredictionView
from service.actions.rankings import RankingView, describe
from service.domain import seeds
from service.domain.catalogue import InputType, Reason
from service.runtime import Runtime
from service.store import batches, items, leases
from service.store.desks import Desk
from service.store.tables.labelling import Batch, Selection

BLIND = (Reason.AUDIT, Reason.COVERAGE, Reason.RANDOM, Reason.SPOT_CHECK)
"""Reasons for which an item is shown without its prediction: the answer is to judge that."""


@dataclass(frozen=True, kw_only=True)
class Served:
    """An item of a batch; `why` and `prediction` only where an explanation is asked for."""

    key: str
    notes: Mapping[str, Any] | None
    place: int
    text: str | None
    why: Selection | Pick | None = None
    prediction: PredictionView | None = None


@dataclass(frozen=True, kw_only=True)
class BatchView:
    """A batch as it is handed out."""

    row: Batch
    ranking: RankingView | None
    items: Sequence[Served]
    exhausted: bool = False
    leased: int = 0
    retry_after_seconds: int | None = None
    advice: str | None = None


@dataclass(frozen=True, kw_only=True)
class Showing:
    """How batches are shown in one request.

    `now` is the moment that the items were sought at: at a later one, what expired in between
    would be neither served nor counted as held.
    """

    runtime: Runtime
    session: Session
    desk: Desk
    now: datetime
    explain: bool

    def new(self, batch: Batch, picks: Sequence[Pick]) -> BatchView:
        """Show a batch as it was just put together; nothing is read again."""
        texts = self._texts([pick.candidate.position for pick in picks])
        served = [
            self._item(pick.candidate.position, pick.candidate, place, texts, pick)
            for place, pick in enumerate(picks, 1)
        ]
        if len(picks) >= batch.size:
            return self._view(batch, served)
        count, first = leases.others(self.session, self.desk.project, now=self.now)
        more = count > len(picks)
        return replace(
            self._view(batch, served),
            exhausted=True,
            leased=max(0, count - len(picks)),
            retry_after_seconds=_seconds_until(first, self.now) if more else None,
        )

    def held(self, batch: Batch) -> BatchView:
        """Show what is left of a batch that was handed out before."""
        held = leases.held_positions(self.session, batch.id, now=self.now)
        log = [row for row in batches.served(self.session, batch.id) if row.position in held]
        positions = [row.position for row in log]
        rows = items.at_positions(self.session, self.desk.project.id, positions)
        texts = self._texts(positions)
        served = [
            self._item(row.position, rows[row.position], row.place, texts, row) for row in log
        ]
        return self._view(batch, served)

    def _view(self, batch: Batch, served: Sequence[Served]) -> BatchView:
        project = self.desk.project
        return BatchView(
            row=batch,
            ranking=self._ranking(),
            items=served,
            advice=seeds.advice(
                project.classes, project.class_labels, items=f"/v1/projects/{project.uid}/items"
            ),
        )

    def _item(
        self,
        position: int,
        item: Any,
        place: int,
        texts: Mapping[int, str | None],
        why: Selection | Pick,
    ) -> Served:
        args = (self.runtime, self.session, self.desk.project, position)
        is_shown = self.explain and why.reason not in BLIND
        return Served(
            key=item.key,
            notes=item.notes,
            place=place,
            text=texts.get(position),
            why=why if self.explain else None,
            prediction=predictions.of_item(*args) if is_shown else None,
        )

    def _texts(self, positions: Sequence[int]) -> Mapping[int, str | None]:
        project = self.desk.project
        if project.input_type != InputType.TEXT:
            return {}
        return items.texts(self.session, project.id, positions)

    def _ranking(self) -> RankingView | None:
        if self.desk.ranking is None:
            return None
        return describe(self.desk.project, self.desk.ranking, self.desk.version)


def _seconds_until(moment: datetime | None, now: datetime) -> int | None:
    return None if moment is None else max(1, ceil((moment - now).total_seconds()))
