"""Items with people: batches handed out, leases on their items, the log, and the labels."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.catalogue import Reason
from service.domain.items import LeaseState
from service.store.tables.base import Base, Serial, Utc
from service.store.tables.pool import Item, Project

_HELD = text("state IN ('open', 'labelled')")
_OPEN = text("state = 'open'")
# SQLite uses a partial index only where a query says the same, letter for letter.
_CURRENT = text("is_current = 1")
_CURRENT_PG = text("is_current")
_SKIP = text("is_current = 1 AND value IS NULL")
_SKIP_PG = text("is_current AND value IS NULL")


class Batch(Base):
    """Items handed out together."""

    __tablename__ = "batch"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey(Project.id, ondelete="CASCADE"))
    annotator: Mapped[str] = mapped_column(String(200))
    token: Mapped[str] = mapped_column(String(64))
    """Shown to who asked for the batch; renewing and releasing need it."""
    size: Mapped[int]
    """How many items were asked for."""
    ranking_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(Utc)
    expires_at: Mapped[datetime] = mapped_column(Utc)

    __table_args__ = (
        Index("ix__batch__annotator", "project_id", "annotator", "created_at"),
        Index("ix__batch__created_at", "project_id", "created_at"),
    )


class Lease(Base):
    """The promise that nobody else gets an item while somebody labels it."""

    __tablename__ = "lease"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    project_id: Mapped[int]
    position: Mapped[int]
    slot: Mapped[int]
    """From 0 to `labels_per_item` - 1. A label keeps the slot of its lease taken."""
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey(Batch.id, ondelete="CASCADE"))
    annotator: Mapped[str] = mapped_column(String(200))
    state: Mapped[LeaseState] = mapped_column(String(10))
    expires_at: Mapped[datetime] = mapped_column(Utc)

    __table_args__ = (
        ForeignKeyConstraint(
            ["project_id", "position"], [Item.project_id, Item.position], ondelete="CASCADE"
        ),
        # No item is with two people at once, whatever the callers do.
        Index(
            "uq__lease__held",
            "project_id",
            "position",
            "slot",
            unique=True,
            sqlite_where=_HELD,
            postgresql_where=_HELD,
        ),
        Index("ix__lease__batch_id", "batch_id"),
        Index("ix__lease__annotator", "project_id", "position", "annotator"),
        Index(
            "ix__lease__open",
            "project_id",
            "expires_at",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )


class Selection(Base):
    """The log: one row for every item ever served, with why and how likely that was."""

    __tablename__ = "selection"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    project_id: Mapped[int]
    position: Mapped[int]
    batch_id: Mapped[UUID] = mapped_column(ForeignKey(Batch.id, ondelete="CASCADE"))
    place: Mapped[int]
    """From 1, in the order of the batch."""
    annotator: Mapped[str] = mapped_column(String(200))
    reason: Mapped[Reason] = mapped_column(String(20))
    strategy: Mapped[str] = mapped_column(String(30))
    score: Mapped[float | None]
    probability: Mapped[float | None]
    """Probability of being selected; none where the choice was deterministic."""
    version: Mapped[int | None]
    ranking: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(Utc)

    __table_args__ = (
        ForeignKeyConstraint(
            ["project_id", "position"], [Item.project_id, Item.position], ondelete="CASCADE"
        ),
        Index("ix__selection__project_id", "project_id", "id"),
        Index("ix__selection__item", "project_id", "position"),
        Index("ix__selection__batch_id", "batch_id"),
    )


class Label(Base):
    """One annotator's answer for one item; answers are superseded, never overwritten."""

    __tablename__ = "label"
    number: Mapped[int] = mapped_column(Serial, primary_key=True)
    """In the order that the answers came."""
    id: Mapped[UUID] = mapped_column(unique=True)
    project_id: Mapped[int]
    position: Mapped[int]
    annotator: Mapped[str] = mapped_column(String(200))
    value: Mapped[int | None]
    """Index into the project's classes; none for a skip."""
    is_current: Mapped[bool]
    prediction_shown: Mapped[bool | None]
    """Whether it was given beside what the model says; none where nobody said so."""
    audit_draw: Mapped[float | None]
    """Its item's; none once that is deleted. With it, learning reads labels without items, which
    lie scattered over the pool."""
    batch_id: Mapped[UUID | None]
    reason: Mapped[Reason | None] = mapped_column(String(20))
    """Why the item was served, if a batch brought it."""
    at: Mapped[datetime] = mapped_column(Utc)
    ended_at: Mapped[datetime | None] = mapped_column(Utc)
    """When it was superseded or retracted."""

    __table_args__ = (
        ForeignKeyConstraint(
            ["project_id", "position"], [Item.project_id, Item.position], ondelete="CASCADE"
        ),
        # One current answer per item and annotator.
        Index(
            "uq__label__current",
            "project_id",
            "position",
            "annotator",
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT_PG,
        ),
        Index(
            "ix__label__skips",
            "project_id",
            "annotator",
            sqlite_where=_SKIP,
            postgresql_where=_SKIP_PG,
        ),
        Index("ix__label__project_id", "project_id", "number"),
        # Items that go take their labels along, history included.
        Index("ix__label__item", "project_id", "position"),
    )
