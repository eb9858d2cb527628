"""Items that come and go: what a project counts of them, and the reserve that follows."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.domain import audit
from service.domain.catalogue import Reason, Strategy
from service.domain.items import ItemState
from service.store import items, labels, leases, projects, rankings
from service.store.tables.pool import Item, Project


def count_in(session: Session, project: Project, draws: Sequence[float], *, at: datetime) -> None:
    """Count items that were added, by their audit draws; the caller has locked the project."""
    project.item_count += len(draws)
    _reserve(session, project, draws, is_first=project.ranking_id is None)
    if project.ranking_id is None:
        ranking = rankings.add(
            session,
            project,
            strategy=Strategy.RANDOM,
            reason=Reason.COLD_START,
            events_seen=project.label_events,
            ranked_at=at,
        )
        project.ranking_id = ranking.id


def take_away(session: Session, project: Project, item: Item, *, at: datetime) -> None:
    """Delete an item that the caller has locked, as the project: its labels train nothing."""
    project.item_count -= 1
    project.labelled_count -= item.state == ItemState.LABELLED
    if item.audit_draw >= project.audit_threshold:
        project.open_count -= item.state == ItemState.OPEN
    project.label_count -= item.labels
    if item.labels:
        answers = labels.current(session, project.id, [item.position]).values()
        gone = Counter(label.value for label in answers if label.value is not None)
        projects.count_labels(project, {value: -count for value, count in gone.items()})
    if item.labels + item.skips:
        labels.lose_item(session, project.id, item.position)
        project.label_events += 1
        project.oldest_unused_at = project.oldest_unused_at or at
    item.state = ItemState.DELETED


def take_away_stretch(
    session: Session, project: Project, *, first: int, end: int, at: datetime
) -> int:
    """Delete all items at positions from `first` to before `end`; say how many there were."""
    query = (
        select(Item)
        .where(
            Item.project_id == project.id,
            Item.position >= first,
            Item.position < end,
            Item.state != ItemState.DELETED,
        )
        .order_by(Item.position)
        .with_for_update(key_share=True)
    )
    found = list(session.scalars(query))
    touched = [item for item in found if item.labels + item.skips]
    untouched = [item for item in found if not item.labels + item.skips]
    for item in touched:
        take_away(session, project, item, at=at)
    is_open = [item.audit_draw >= project.audit_threshold for item in untouched]
    project.item_count -= len(untouched)
    project.open_count -= sum(is_open)
    leases.close_all_open(session, project.id, [item.position for item in found])
    session.execute(
        update(Item)
        .where(Item.project_id == project.id, Item.position >= first, Item.position < end)
        .values(state=ItemState.DELETED)
        .execution_options(synchronize_session=False)
    )
    return len(found)


def _reserve(session: Session, project: Project, draws: Sequence[float], *, is_first: bool) -> None:
    """Set the audit threshold; while a pool grows before its first version, only lower it.

    That shortens the audit order at its end: what is left of it is still a random sample.
    """
    wanted = audit.threshold(project.item_count, audit_share=project.audit_share)
    before = wanted if is_first else project.audit_threshold
    after = min(before, wanted) if project.version_count == 0 else before
    project.open_count += sum(draw >= before for draw in draws)
    if after < before:
        session.flush()
        project.open_count += items.count_open(session, project, first=after, end=before)
    project.audit_threshold = after
