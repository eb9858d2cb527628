"""Slots of items: a lease or a label takes one, and a unique index decides who has it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.domain.items import HOLDING, LeaseState
from service.store.candidates import Candidate
from service.store.conflicts import insert_new
from service.store.tables.labelling import Batch, Lease
from service.store.tables.pool import Project


def take(
    session: Session,
    project: Project,
    batch: Batch,
    wanted: Sequence[Candidate],
    *,
    now: datetime,
) -> set[int]:
    """Lease items to a batch's annotator; answer the positions that were had.

    The unique index on what is held decides. Positions are locked in ascending order, so that
    two hand-outs cannot wait for each other.
    """
    if not wanted:
        return set()
    ordered = sorted(each.position for each in wanted)
    if any(each.is_stale for each in wanted):
        _expire(session, project.id, ordered, now)
    slots = dict.fromkeys(ordered, 0)
    if project.labels_per_item > 1:
        slots = _free_slots(session, project, ordered)
    rows = [
        {
            "project_id": project.id,
            "position": position,
            "slot": slot,
            "batch_id": batch.id,
            "annotator": batch.annotator,
            "state": LeaseState.OPEN,
            "expires_at": batch.expires_at,
        }
        for position, slot in slots.items()
    ]
    if not rows:
        return set()
    return set(session.scalars(insert_new(session, Lease).returning(Lease.position), rows))


def keep(
    session: Session,
    project: Project,
    answers: Mapping[tuple[int, str], UUID | None],
    *,
    now: datetime,
) -> None:
    """Keep a slot taken for labels that came without a lease.

    They are given as (position, annotator), with the batch that once brought the item.
    """
    positions = sorted({position for position, _ in answers})
    _expire(session, project.id, positions, now)
    slots = _free_slots(session, project, positions)
    rows = [
        {
            "project_id": project.id,
            "position": position,
            "slot": slots[position],
            "batch_id": answers[position, annotator],
            "annotator": annotator,
            "state": LeaseState.LABELLED,
            "expires_at": now,
        }
        for position, annotator in sorted(answers)
        if position in slots
    ]
    if rows:
        session.execute(insert_new(session, Lease), rows)


def _expire(session: Session, project_id: int, positions: Sequence[int], now: datetime) -> None:
    session.execute(
        update(Lease)
        .where(
            Lease.project_id == project_id,
            Lease.position.in_(positions),
            Lease.state == LeaseState.OPEN,
            Lease.expires_at <= now,
        )
        .values(state=LeaseState.EXPIRED)
    )


def _free_slots(session: Session, project: Project, positions: Sequence[int]) -> dict[int, int]:
    """Lowest free slot of each item that has one, so that rivals collide on the index."""
    query = select(Lease.position, Lease.slot).where(
        Lease.project_id == project.id,
        Lease.position.in_(positions),
        Lease.state.in_(HOLDING),
    )
    taken: dict[int, set[int]] = {}
    for position, slot in session.execute(query):
        taken.setdefault(position, set()).add(slot)
    free = {}
    for position in positions:
        rest = set(range(project.labels_per_item)) - taken.get(position, set())
        if rest:
            free[position] = min(rest)
    return free
