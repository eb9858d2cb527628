"""What a label changes besides itself: the item's state, leases, counts, the wait for a cycle."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from service.actions import closing
from service.domain.items import ItemState, LeaseState, state_after
from service.domain.requests import Answer
from service.store import items, labels, leases, projects, standings
from service.store.leases import Held
from service.store.standings import Standing
from service.store.tables.labelling import Label
from service.store.tables.pool import Item, Project
from service.store.writes import Writes


def apply(
    writes: Writes,
    project: Project,
    known: Iterable[Standing],
    posts: Sequence[Sequence[Answer]],
    *,
    at: datetime,
) -> list[int]:
    """Make answers current, in their order; say how many of each post differed from what was there.

    Args:
        writes: what is left to be sent by the caller.
        known: the items that are answered, which the caller has locked.
        posts: answers by the request that brought them.
    """
    named = {answer.position for post in posts for answer in post}
    items_by = {item.position: item for item in known if item.position in named}
    # Most items come without an answer, and it is known of them: nobody has to ask.
    answered = sorted(at for at, item in items_by.items() if item.labels + item.skips)
    before = labels.current(writes.session, project.id, answered) if answered else {}
    values: dict[tuple[int, str], int | None] = {w: row.value for w, row in before.items()}
    counts = [0] * len(posts)
    changed: list[Answer] = []
    for number, answer in ((n, each) for n, post in enumerate(posts) for each in post):
        if answer.whose not in values or values[answer.whose] != answer.value:
            values[answer.whose] = answer.value
            changed.append(answer)
            counts[number] += 1
    if changed:
        _change(writes, project, items_by, before, values, changed, at)
    return counts


def _change(
    writes: Writes,
    project: Project,
    items_by: Mapping[int, Standing],
    before: Mapping[tuple[int, str], Label],
    values: Mapping[tuple[int, str], int | None],
    changed: Sequence[Answer],
    at: datetime,
) -> None:
    last = {answer.whose: answer for answer in changed}
    session = writes.session
    held = leases.list_of(session, project.id, sorted({each.position for each in changed}))
    latest = {(lease.position, lease.annotator): lease for lease in held}
    labels.end(session, [before[w].number for w in last if w in before], at=at)
    gone = [before[w].value for w in last if w in before]
    _count_labels(project, came=[answer.value for answer in last.values()], gone=gone)
    new = _columns(items_by, changed, last, latest, at)
    labels.add_many(writes, {"project_id": project.id, "at": at}, new)
    closed = closing.close(writes, project, list(last.values()), latest, at)
    finished = _restate(writes, project, items_by, values)
    is_open = {each.id: each.state == LeaseState.OPEN for each in held if each.position in finished}
    left = [number for number, is_left in is_open.items() if is_left and number not in closed]
    leases.close(writes, left, LeaseState.RELEASED)
    _count_events(project, len(changed), at)


def withdraw(session: Session, project: Project, label: Label, *, at: datetime) -> None:
    """Take an answer out of force, so that its item can be served again."""
    there = labels.current(session, project.id, [label.position])
    values = {whose: row.value for whose, row in there.items() if row.number != label.number}
    labels.end(session, [label.number], at=at)
    _count_labels(project, came=[], gone=[label.value])
    leases.free_labelled(session, project.id, label.position, label.annotator)
    standing = items.at_positions(session, project.id, [label.position])
    writes = Writes(session)
    if _restate(writes, project, standing, values):
        leases.close_all_open(session, project.id, [label.position])
    writes.send()
    _count_events(project, 1, at)


def _columns(
    items_by: Mapping[int, Standing],
    changed: Sequence[Answer],
    last: Mapping[tuple[int, str], Answer],
    latest: Mapping[tuple[int, str], Held],
    at: datetime,
) -> dict[str, list[Any]]:
    leased = [latest.get(answer.whose) for answer in changed]
    current = [last[answer.whose] is answer for answer in changed]
    return {
        "id": [uuid4() for _ in changed],
        "position": [answer.position for answer in changed],
        "annotator": [answer.annotator for answer in changed],
        "value": [answer.value for answer in changed],
        "is_current": current,
        "prediction_shown": [answer.prediction_shown or None for answer in changed],
        "audit_draw": [items_by[answer.position].audit_draw for answer in changed],
        "batch_id": [lease.batch_id if lease else None for lease in leased],
        "reason": [lease.reason if lease else None for lease in leased],
        "ended_at": [None if is_current else at for is_current in current],
    }


def _restate(
    writes: Writes,
    project: Project,
    standing: Mapping[int, Standing | Item],
    values: Mapping[tuple[int, str], int | None],
) -> set[int]:
    """Bring items and the project's counts in line with the answers that are current now.

    Answer the items that need no more labels.
    """
    counts = {position: [0, 0] for position in standing}
    for (position, _), value in values.items():
        counts[position][value is None] += 1
    alike: dict[tuple[int, int, ItemState], list[int]] = {}
    more, threshold, per_item = Counter[str](), project.audit_threshold, project.labels_per_item
    for position, item in standing.items():
        answered, skips = counts[position]
        state = state_after(labels=answered, skips=skips, labels_per_item=per_item)
        opens = (state == ItemState.OPEN) - (item.state == ItemState.OPEN)
        more["label"] += answered - item.labels
        more["labelled"] += (state == ItemState.LABELLED) - (item.state == ItemState.LABELLED)
        more["open"] += opens if item.audit_draw >= threshold else 0
        more["reopened"] += max(0, opens)
        alike.setdefault((answered, skips, state), []).append(position)
    # At once, since the project is one that looks after each change of it.
    project.label_count += more["label"]
    project.labelled_count += more["labelled"]
    project.open_count += more["open"]
    project.reopened += more["reopened"]
    for (answered, skips, state), positions in alike.items():
        standings.set_answers(
            writes, project.id, positions, labels=answered, skips=skips, state=state
        )
    return {at for (*_, state), some in alike.items() if state != ItemState.OPEN for at in some}


def _count_labels(
    project: Project, *, came: Iterable[int | None], gone: Iterable[int | None]
) -> None:
    changes = Counter(came)
    changes.subtract(Counter(gone))
    projects.count_labels(project, {at: n for at, n in changes.items() if at is not None})


def _count_events(project: Project, events: int, at: datetime) -> None:
    project.label_events += events
    project.oldest_unused_at = project.oldest_unused_at or at
