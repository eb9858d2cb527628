"""Slots of items: a lease or a label takes one, and a unique index decides who has it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.domain.items import HOLDING, LeaseState
from service.store.candidates import Candidate
from service.store.lists import add_rows
from service.store.tables.labelling import Batch, Lease
from service.store.tables.pool import Project
from service.store.writes import Writes


def take(
    writes: Writes,
    project: Project,
    wanted: Sequence[tuple[Batch, Candidate]],
    *,
    now: datetime,
) -> set[int]:
    """Lease items, none of them twice, to the annotators of batches that were made together.

    Answer the positions that were had.

    The unique index on what is held decides. Positions are locked in ascending order, so that
    two hand-outs cannot wait for each other.
    """
    if not wanted:
        return set()
    batches = {each.position: batch for batch, each in wanted}
    ordered = sorted(batches)
    if any(each.is_stale for _, each in wanted):
        _expire(writes.session, project.id, ordered, now)
    slots = dict.fromkeys(ordered, 0)
    if project.labels_per_item > 1:
        slots = _free_slots(writes.session, project, ordered)
    if not slots:
        return set()
    same = {
        "project_id": project.id,
        "state": LeaseState.OPEN,
        "expires_at": wanted[0][0].expires_at,
    }
    columns: dict[str, list[Any]] = {
        "position": list(slots),
        "slot": list(slots.values()),
        "batch_id": [batches[position].id for position in slots],
        "annotator": [batches[position].annotator for position in slots],
    }
    return set(writes.add_new(Lease.__table__, same, columns, answer="position"))


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
    kept = [whose for whose in sorted(answers) if whose[0] in slots]
    if kept:
        same = {"project_id": project.id, "state": LeaseState.LABELLED, "expires_at": now}
        kept_in: dict[str, list[Any]] = {
            "position": [position for position, _ in kept],
            "slot": [slots[position] for position, _ in kept],
            "batch_id": [answers[whose] for whose in kept],
            "annotator": [annotator for _, annotator in kept],
        }
        add_rows(session, Lease.__table__, same, kept_in, new_only="position")


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
