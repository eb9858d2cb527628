"""What is shown of a batch: its items, and whether more could be had."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from sqlalchemy.orm import Session

from service.actions import predictions
from service.actions.predictions import PredictionView
from service.actions.rankings import RankingView, ranking_view
from service.runtime import Runtime
from service.store import batches, items, leases
from service.store.tables.labelling import Batch, Selection
from service.store.tables.learning import Ranking
from service.store.tables.pool import Item, Project


@dataclass(frozen=True, kw_only=True)
class Served:
    """An item of a batch; `selection` and `prediction` only where an explanation is asked for."""

    item: Item
    place: int
    text: str | None
    selection: Selection | None = None
    prediction: PredictionView | None = None


@dataclass(frozen=True, kw_only=True)
class BatchView:
    """A batch as it is handed out."""

    row: Batch
    ranking: RankingView | None
    items: Sequence[Served]
    exhausted: bool
    leased: int
    retry_after_seconds: int | None


def view(
    runtime: Runtime,
    session: Session,
    project: Project,
    ranking: Ranking | None,
    batch: Batch,
    *,
    now: datetime,
    wanted: int | None,
    explain: bool,
) -> BatchView:
    """Show what a batch holds; `wanted` is how many items a new one was asked for.

    `now` is the moment that the items were sought at: at a later one, what expired in between
    would be neither served nor counted as held.
    """
    held = leases.held_positions(session, batch.id, now=now)
    log = [each for each, _ in batches.served(session, batch.id) if each.position in held]
    positions = [each.position for each in log]
    rows = items.at_positions(session, project.id, positions)
    texts = items.texts(session, project.id, positions)
    served = [
        Served(
            item=rows[each.position],
            place=each.place,
            text=texts.get(each.position),
            selection=each if explain else None,
            prediction=predictions.of_item(runtime, session, project, each.position)
            if explain
            else None,
        )
        for each in log
    ]
    exhausted = wanted is not None and len(served) < wanted
    count, first = leases.others(session, project, now=now) if exhausted else (0, None)
    return BatchView(
        row=batch,
        ranking=ranking_view(session, project, ranking),
        items=served,
        exhausted=exhausted,
        leased=max(0, count - len(served)),
        retry_after_seconds=_seconds_until(first, now) if count > len(served) else None,
    )


def _seconds_until(moment: datetime | None, now: datetime) -> int | None:
    return None if moment is None else max(1, ceil((moment - now).total_seconds()))
