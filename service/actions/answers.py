"""What a label changes besides itself: the item's state, leases, counts, the wait for a cycle."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from service.domain.items import ItemState, LeaseState, state_after
from service.store import batches, items, labels, leases, slots
from service.store.tables.labelling import Label, Lease
from service.store.tables.pool import Project


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One annotator's answer for one item; no value is a skip."""

    position: int
    annotator: str
    value: int | None

    @property
    def whose(self) -> tuple[int, str]:
        """What there is one current answer for."""
        return self.position, self.annotator


def apply(session: Session, project: Project, answers: Sequence[Answer], *, at: datetime) -> int:
    """Make answers current, in their order; say how many differed from what was there."""
    positions = sorted({answer.position for answer in answers})
    before = labels.current(session, project.id, positions)
    values: dict[tuple[int, str], int | None] = {w: row.value for w, row in before.items()}
    changed: list[Answer] = []
    for answer in answers:
        if answer.whose not in values or values[answer.whose] != answer.value:
            values[answer.whose] = answer.value
            changed.append(answer)
    if not changed:
        return 0
    last = {answer.whose: answer for answer in changed}
    held = leases.latest(session, project.id, positions)
    labels.end(session, [before[w].number for w in last if w in before], at=at)
    labels.add_many(session, _rows(session, project, changed, last, held, at))
    _close_leases(session, project, list(last.values()), held, at)
    _restate(session, project, positions)
    _count_events(project, len(changed), at)
    return len(changed)


def withdraw(session: Session, project: Project, label: Label, *, at: datetime) -> None:
    """Take an answer out of force, so that its item can be served again."""
    labels.end(session, [label.number], at=at)
    leases.free_labelled(session, project.id, label.position, label.annotator)
    _restate(session, project, [label.position])
    _count_events(project, 1, at)


def _rows(
    session: Session,
    project: Project,
    changed: Sequence[Answer],
    last: dict[tuple[int, str], Answer],
    held: dict[tuple[int, str], Lease],
    at: datetime,
) -> list[dict[str, Any]]:
    batch_ids = {lease.batch_id for lease in held.values() if lease.batch_id}
    reasons = batches.reasons(session, project.id, batch_ids)
    rows = []
    for answer in changed:
        lease = held.get(answer.whose)
        batch_id = lease.batch_id if lease else None
        is_current = last[answer.whose] is answer
        rows.append(
            {
                "id": uuid4(),
                "project_id": project.id,
                "position": answer.position,
                "annotator": answer.annotator,
                "value": answer.value,
                "is_current": is_current,
                "batch_id": batch_id,
                "reason": reasons.get((batch_id, answer.position)) if batch_id else None,
                "at": at,
                "ended_at": None if is_current else at,
            }
        )
    return rows


def _close_leases(
    session: Session,
    project: Project,
    answers: Sequence[Answer],
    held: dict[tuple[int, str], Lease],
    at: datetime,
) -> None:
    """A label keeps its slot taken, a skip gives it back."""
    labelled: list[int] = []
    skipped: list[int] = []
    without: dict[tuple[int, str], UUID | None] = {}
    for answer in answers:
        lease = held.get(answer.whose)
        holds = lease is not None and (
            lease.state == LeaseState.LABELLED
            or (lease.state == LeaseState.OPEN and lease.expires_at > at)
        )
        if lease is not None and holds:
            (skipped if answer.value is None else labelled).append(lease.id)
        elif answer.value is not None:
            without[answer.whose] = lease.batch_id if lease else None
    leases.close(session, labelled, LeaseState.LABELLED)
    leases.close(session, skipped, LeaseState.RELEASED)
    if without:
        slots.keep(session, project, without, now=at)


def _restate(session: Session, project: Project, positions: Sequence[int]) -> None:
    """Bring items and the project's counts in line with the current answers."""
    counts = labels.count_answers(session, project.id, positions)
    rows, finished = [], []
    for position, item in items.at_positions(session, project.id, positions).items():
        answered, skips = counts[position]
        state = state_after(labels=answered, skips=skips, labels_per_item=project.labels_per_item)
        project.label_count += answered - item.labels
        project.labelled_count += (state == ItemState.LABELLED) - (item.state == ItemState.LABELLED)
        if item.audit_draw >= project.audit_threshold:
            project.open_count += (state == ItemState.OPEN) - (item.state == ItemState.OPEN)
        rows.append({"position": position, "labels": answered, "skips": skips, "state": state})
        if state != ItemState.OPEN:
            finished.append(position)
    items.set_answers(session, project.id, rows)
    if finished:
        leases.close_all_open(session, project.id, finished)


def _count_events(project: Project, events: int, at: datetime) -> None:
    project.label_events += events
    project.oldest_unused_at = project.oldest_unused_at or at
