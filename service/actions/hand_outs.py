"""Hand-outs that come at once: chosen one after the other, leased and logged together."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from service.actions import looking, picks, receipts
from service.actions.access import Caller
from service.actions.batch_views import BatchView, Showing
from service.actions.picks import Pick
from service.actions.serving import Counter
from service.actions.shelf import Shelf
from service.domain import policy
from service.domain.requests import Wish
from service.runtime import Runtime
from service.store import batches, slots
from service.store.candidates import Asking
from service.store.desks import Desk
from service.store.tables.labelling import Batch
from service.store.tables.learning import Ranking
from service.store.writes import Writes

_MOST_ROUNDS = 6
"""Rounds of choosing of which rivals took something, before a batch is left short."""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What one request asks for."""

    caller: Caller
    wish: Wish
    explain: bool


def hand_out(
    runtime: Runtime, session: Session, desk: Desk, asks: Sequence[Ask], now: datetime
) -> list[BatchView | Exception]:
    """Lease the next items of a project to each who asks, in the order of asking."""
    held = [_open_batch(session, desk, ask.wish, now) for ask in asks]
    wishes = [ask.wish for ask, batch in zip(asks, held, strict=True) if batch is None]
    new = iter(_serve(runtime, session, desk, wishes, now))
    views: list[BatchView | Exception] = []
    for ask, batch in zip(asks, held, strict=True):
        shown = Showing(runtime=runtime, session=session, desk=desk, now=now, explain=ask.explain)
        view = shown.new(*next(new)) if batch is None else shown.held(batch)
        receipts.keep(session, ask.caller, view, at=now)
        views.append(view)
    return views


def _open_batch(session: Session, desk: Desk, wish: Wish, now: datetime) -> Batch | None:
    if not wish.resume:
        return None
    return batches.find_open(session, desk.project.id, wish.annotator, now=now)


def _serve(
    runtime: Runtime, session: Session, desk: Desk, wishes: Sequence[Wish], now: datetime
) -> list[tuple[Batch, list[Pick]]]:
    if not wishes:
        return []
    writes = Writes(session)
    made = new_batches(writes, desk, wishes, at=now)
    if desk.ranking is None:
        writes.send()
        return [(batch, []) for batch in made]
    shelf = Shelf(session)
    counters = [_counter(runtime, shelf, desk, desk.ranking, batch, now) for batch in made]
    # Where an item goes to several people, each must see the slots that the one before took.
    is_together = desk.project.labels_per_item == 1
    for group in [counters] if is_together else [[each] for each in counters]:
        _fill(writes, desk, shelf, group)
    writes.send()
    served = [(each.batch, picks.shuffled(each.had, runtime.chance)) for each in counters]
    log(session, served, desk)
    return served


def new_batches(writes: Writes, desk: Desk, wishes: Sequence[Wish], *, at: datetime) -> list[Batch]:
    """Add batches that hold nothing yet."""
    project = desk.project
    same = {
        "project_id": project.id,
        "ranking_id": project.ranking_id,
        "created_at": at,
        "expires_at": at + timedelta(seconds=project.lease_seconds),
    }
    each = [
        {
            "id": uuid4(),
            "annotator": wish.annotator,
            "token": secrets.token_urlsafe(24),
            "size": wish.size,
        }
        for wish in wishes
    ]
    return batches.add_many(writes, same, each)


def _counter(
    runtime: Runtime, shelf: Shelf, desk: Desk, ranking: Ranking, batch: Batch, now: datetime
) -> Counter:
    project = desk.project
    is_again = project.labels_per_item > 1
    return Counter(
        runtime=runtime,
        shelf=shelf,
        asking=Asking(project=project, annotators=(batch.annotator,), now=now),
        ranking=ranking,
        batch=batch,
        mix=policy.mix(
            batch.size,
            audit_share=project.audit_share if project.audit_threshold else 0.0,
            coverage_share=project.coverage_share,
            repeat_share=policy.REPEAT_SHARE if is_again else 0.0,
            doubt_share=policy.DOUBT_SHARE if is_again else 0.0,
            draw=runtime.chance.random(),
        ),
    )


def _fill(writes: Writes, desk: Desk, shelf: Shelf, counters: Sequence[Counter]) -> None:
    """Choose everything first and lease it at once; what rivals took is chosen anew."""
    for _ in range(_MOST_ROUNDS):
        looking.look_ahead(shelf, counters)
        taken: set[int] = set()
        chosen = [(counter, pick) for counter in counters for pick in counter.choose(taken)]
        wanted = [(counter.batch, pick.candidate) for counter, pick in chosen]
        got = slots.take(writes, desk.project, wanted, now=counters[0].asking.now)
        for counter, pick in chosen:
            if pick.candidate.position in got:
                counter.had.append(pick)
        if len(got) == len(chosen):
            break


def log(session: Session, served: Sequence[tuple[Batch, Sequence[Pick]]], desk: Desk) -> None:
    """Write down what batches hold, with why."""
    every = [(batch, place, pick) for batch, had in served for place, pick in enumerate(had, 1)]
    if not every:
        return
    same = {
        "project_id": desk.project.id,
        "version": desk.version,
        "ranking": desk.ranking.number if desk.ranking else None,
        "at": served[0][0].created_at,
    }
    columns: dict[str, list[Any]] = {
        "position": [pick.candidate.position for _, _, pick in every],
        "batch_id": [batch.id for batch, _, _ in every],
        "annotator": [batch.annotator for batch, _, _ in every],
        "place": [place for _, place, _ in every],
        "reason": [str(pick.reason) for _, _, pick in every],
        "strategy": [pick.strategy for _, _, pick in every],
        "score": [pick.score for _, _, pick in every],
        "probability": [pick.probability for _, _, pick in every],
    }
    batches.log(session, same, columns)
