"""Predictions that people have checked outside the audit, on items drawn within their clusters."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, bindparam, select
from sqlalchemy.orm import Session

from service.domain.catalogue import Reason
from service.store import batches
from service.store.lists import IsAmong, Listed
from service.store.tables.labelling import Label, Selection
from service.store.tables.learning import Version
from service.store.tables.pool import Item, Project
from service.store.tables.reports import Check

DRAWN = (Reason.COVERAGE, Reason.RANDOM, Reason.SPOT_CHECK)
"""Reasons for which items are drawn by chance within their cluster."""
MOST_AT_ONCE = 2_000


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A labelled item that was drawn by chance, with the version that it was served under."""

    position: int
    reason: Reason
    version: int
    probability: float | None


def list_new(session: Session, project: Project) -> list[Answered]:
    """Items drawn by chance that got a label and were not compared with their prediction yet."""
    query = (
        select(Selection.position, Label.reason, Selection.version, Selection.probability)
        .join(Label, batches.is_answer())
        .outerjoin(
            Check,
            (Check.project_id == Selection.project_id) & (Check.position == Selection.position),
        )
        .where(
            Label.project_id == project.id,
            Label.is_current,
            Label.value.is_not(None),
            Label.prediction_shown.is_not(True),
            Label.reason.in_(DRAWN),
            Selection.version.is_not(None),
            Check.position.is_(None),
        )
        .order_by(Label.number.desc())
        .limit(MOST_AT_ONCE)
    )
    found = {
        position: Answered(
            position=position, reason=Reason(reason), version=version, probability=probability
        )
        for position, reason, version, probability in session.execute(query)
        if reason is not None and version is not None
    }
    return sorted(found.values(), key=lambda each: each.position)


def add(session: Session, rows: Sequence[Check]) -> None:
    """Keep what versions had said of items that are labelled by now."""
    session.add_all(rows)
    session.flush()


def list_for(session: Session, project: Project, *, least_labels: float) -> list[Check]:
    """Checked predictions of versions trained on so many labels or more, of items still there."""
    query = (
        select(Check)
        .join(Version, (Version.project_id == Check.project_id) & (Version.number == Check.version))
        .where(Check.project_id == project.id, Version.labels >= least_labels)
        .order_by(Check.position)
    )
    rows = list(session.scalars(query))
    # Not joined: a planner that knows nothing of the tables would go through all items.
    positions = bindparam("among", [row.position for row in rows], type_=Listed(BigInteger))
    there = select(Item.position).where(
        Item.project_id == project.id,
        IsAmong(Item.position, positions),
        Item.state != "deleted",
        Item.audit_draw >= project.audit_threshold,
    )
    among = set(session.scalars(there))
    return [row for row in rows if row.position in among]
