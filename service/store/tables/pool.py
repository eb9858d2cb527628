"""A project and its pool: settings and counts, items, what people see of them, feature shards."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.audit import MOST_RESERVED
from service.domain.catalogue import Encoder, InputType, Strategy
from service.domain.items import ItemState
from service.store.tables.access import Workspace
from service.store.tables.base import Base, Json, Serial, Utc


class Project(Base):
    """One question asked about one pool of items."""

    __tablename__ = "project"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    uid: Mapped[UUID] = mapped_column(unique=True)
    """What clients know the project by."""
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey(Workspace.id, ondelete="CASCADE"))
    revision: Mapped[int] = mapped_column(default=1)
    """Counts changes of the settings; the ETag."""
    name: Mapped[str] = mapped_column(String(200))
    classes: Mapped[list[str]] = mapped_column(Json)
    """In the order that labels are stored by; it may grow at its end."""
    input_type: Mapped[InputType] = mapped_column(String(20))
    dimensions: Mapped[int | None]
    encoder: Mapped[Encoder | None] = mapped_column(String(20))
    """Where the items are texts: how they become features. It never changes."""
    goal: Mapped[dict[str, Any] | None] = mapped_column(Json)
    strategy: Mapped[Strategy] = mapped_column(String(30))
    estimator: Mapped[dict[str, Any]] = mapped_column(Json)
    """`name`, and the parameters that the client fixed."""
    coverage_share: Mapped[float]
    audit_share: Mapped[float]
    min_labels: Mapped[int]
    retrain_share: Mapped[float]
    max_wait_seconds: Mapped[float]
    labels_per_item: Mapped[int]
    lease_seconds: Mapped[int]
    seed: Mapped[int] = mapped_column(BigInteger)
    audit_secret: Mapped[bytes]
    audit_threshold: Mapped[float] = mapped_column(default=0.0)
    """Items whose audit draw is below it are reserved."""
    audit_released_at: Mapped[datetime | None] = mapped_column(Utc)
    """When the reserve was given to training; none while there is one, or never was."""
    audit_excluded: Mapped[int] = mapped_column(default=0, server_default="0")
    """Items that had an answer before the audit began: it does not speak of them."""
    created_at: Mapped[datetime] = mapped_column(Utc)
    deleted_at: Mapped[datetime | None] = mapped_column(Utc)

    next_position: Mapped[int] = mapped_column(default=0)
    encoded: Mapped[int] = mapped_column(default=0)
    """Positions below it are in feature shards."""
    pool_changes: Mapped[int] = mapped_column(default=0)
    """Grows with every change that asks for a new ranking though no label came."""
    reopened: Mapped[int] = mapped_column(default=0, server_default="0")
    """Grows when items that needed no more labels need them again: hand-outs look anew."""
    item_count: Mapped[int] = mapped_column(default=0)
    open_count: Mapped[int] = mapped_column(default=0)
    """Items in the state `open` outside the audit reserve: what strategies choose from."""
    labelled_count: Mapped[int] = mapped_column(default=0)
    label_count: Mapped[int] = mapped_column(default=0)
    """Current labels, skips not counted."""
    class_labels: Mapped[list[int]] = mapped_column(Json, default=list, server_default="[]")
    """The same by class, as far as the last that ever had one."""
    label_events: Mapped[int] = mapped_column(default=0)
    """Every label, skip, change of mind and retraction so far."""
    events_used: Mapped[int] = mapped_column(default=0)
    """Label events that the last finished cycle had seen."""
    oldest_unused_at: Mapped[datetime | None] = mapped_column(Utc)
    """When the oldest label event came that no cycle has looked at."""
    due_at: Mapped[datetime | None] = mapped_column(Utc)
    """When that event will have waited long enough for a cycle of its own."""
    retrain_asked: Mapped[bool] = mapped_column(default=False)
    """Whether a cycle is due whatever the labels, as after a change of the estimator."""

    version_count: Mapped[int] = mapped_column(default=0)
    ranking_count: Mapped[int] = mapped_column(default=0)
    version_id: Mapped[int | None]
    """Version in use (no foreign key: the two tables would need each other)."""
    ranking_id: Mapped[int | None]
    """Ranking in use."""
    pinned: Mapped[bool] = mapped_column(default=False)
    """Whether new versions stay out of use until somebody unpins."""

    @property
    def has_features(self) -> bool:
        """Whether there is anything to tell items apart by but their scores."""
        return self.input_type != InputType.SCORES or bool(self.dimensions)

    __table_args__ = (
        Index("ix__project__workspace_id", "workspace_id", "id"),
        Index("ix__project__due_at", "due_at"),
    )


_PRESENT = text("state != 'deleted'")
# Of a large pool next to all is open: what is to be found is the rest.
_CLOSED = text("state != 'open'")
_RESERVABLE = text(f"state = 'open' AND audit_draw < {MOST_RESERVED}")


class Item(Base):
    """Something that can be labelled."""

    __tablename__ = "item"
    # On PostgreSQL triggers stand for the key, which look once a statement: see migration 0013.
    project_id: Mapped[int] = mapped_column(
        ForeignKey(Project.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 0, in order of registration, never used again: the row in the shards. An upload that
    broke off leaves a gap."""
    key: Mapped[str] = mapped_column(String(500))
    digest: Mapped[bytes]
    """Of the content, to tell the same item from another one under the same key."""
    group: Mapped[str | None] = mapped_column(String(500))
    notes: Mapped[dict[str, Any] | None] = mapped_column("metadata", Json)
    state: Mapped[ItemState] = mapped_column(String(10), default=ItemState.OPEN)
    labels: Mapped[int] = mapped_column(default=0)
    """Annotators whose current answer is a label."""
    skips: Mapped[int] = mapped_column(default=0)
    """Annotators whose current answer is a skip."""
    audit_draw: Mapped[float]
    """Place in the audit order, uniform in [0, 1). One was added where the item had an answer
    before the audit began: it can be no evidence."""
    registered_at: Mapped[datetime] = mapped_column(Utc)

    __table_args__ = (
        Index(
            "uq__item__key",
            "project_id",
            "key",
            unique=True,
            sqlite_where=_PRESENT,
            postgresql_where=_PRESENT,
        ),
        Index(
            "ix__item__closed",
            "project_id",
            "state",
            "position",
            sqlite_where=_CLOSED,
            postgresql_where=_CLOSED,
        ),
        Index(
            "ix__item__audit_draw",
            "project_id",
            "audit_draw",
            sqlite_where=_RESERVABLE,
            postgresql_where=_RESERVABLE,
        ),
    )


class Payload(Base):
    """What the client sent for an item: a text to show, or a vector to encode."""

    __tablename__ = "payload"
    project_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str | None] = mapped_column(Text)
    vector: Mapped[bytes | None]
    """Little-endian float32."""

    __table_args__ = (
        ForeignKeyConstraint(
            ["project_id", "position"], [Item.project_id, Item.position], ondelete="CASCADE"
        ),
    )


class Shard(Base):
    """Features of a stretch of positions. The last one of a project is open and rewritten."""

    __tablename__ = "shard"
    project_id: Mapped[int] = mapped_column(
        ForeignKey(Project.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_position: Mapped[int]
    rows: Mapped[int]
    features: Mapped[str] = mapped_column(String(64))
    """Digest of the blob that holds the matrix."""
    moments: Mapped[str] = mapped_column(String(64))
    """Digest of the blob that holds the sums needed for scaling."""
    clusters: Mapped[str | None] = mapped_column(String(64))
    """Digest of the cluster of each row, as little-endian uint16."""
    clustering: Mapped[int | None]
    """Number of the clustering that they are of."""
