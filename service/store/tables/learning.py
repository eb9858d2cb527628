"""What the workers do and make: runs and their shards, versions, rankings, the sweep's turn."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.catalogue import Reason
from service.domain.runs import RunKind, RunState, Stage
from service.store.tables.base import Base, Json, Serial, Utc
from service.store.tables.pool import Project

_LIVE = text("state IN ('queued', 'running')")


def _one_live(kind: RunKind) -> Index:
    """At most one run of a kind in flight for a project."""
    live = text(f"kind = '{kind}' AND state IN ('queued', 'running')")
    name = f"uq__run__live_{kind}"
    return Index(name, "project_id", unique=True, sqlite_where=live, postgresql_where=live)


class Run(Base):
    """Work for a project. The row is the truth; the message only says that it is there."""

    __tablename__ = "run"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey(Project.id, ondelete="CASCADE"))
    kind: Mapped[RunKind] = mapped_column(String(10))
    state: Mapped[RunState] = mapped_column(String(10))
    stage: Mapped[Stage] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(Text)
    fence: Mapped[int] = mapped_column(default=0)
    """Grows with each entry; output is saved only under the fence that it was made under."""
    lease_until: Mapped[datetime | None] = mapped_column(Utc)
    """Until then the stage is somebody's; none while nobody has it."""
    wake_at: Mapped[datetime | None] = mapped_column(Utc)
    """When the message is sent again unless somebody has entered."""
    attempts: Mapped[int] = mapped_column(default=0)
    """Entries into the present stage."""
    created_at: Mapped[datetime] = mapped_column(Utc)
    started_at: Mapped[datetime | None] = mapped_column(Utc)
    stage_at: Mapped[datetime | None] = mapped_column(Utc)
    """When the present stage was first entered."""
    finished_at: Mapped[datetime | None] = mapped_column(Utc)
    seconds: Mapped[dict[str, float]] = mapped_column(Json, default=dict)
    """Time that each finished stage took."""
    events_seen: Mapped[int | None]
    """Label events there were when `retrain` loaded the labels; none if it did not."""
    oldest_before: Mapped[datetime | None] = mapped_column(Utc)
    """What the project's `oldest_unused_at` was then: it comes back if the run is cancelled."""
    changes_seen: Mapped[int] = mapped_column(default=0)
    """The project's `pool_changes` when the shards were frozen."""
    version_id: Mapped[int | None]
    """Version that was made, or that scores."""
    shards: Mapped[int] = mapped_column(default=0)
    shards_left: Mapped[int] = mapped_column(default=0)
    """The barrier: who brings it to zero sends `rank`."""
    rule: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What its ranking is made by, chosen when its shards were frozen; see the workers' rules."""
    scorer: Mapped[str | None] = mapped_column(String(30))
    """What scores its shards, by which a later run knows what it need not score again."""
    newest: Mapped[list[int] | None] = mapped_column(Json)
    """Items labelled last when its shards were frozen, if what is near to them is sought."""
    scanned: Mapped[int | None]
    """Rows that it scored, without those whose scores it took over."""
    candidates: Mapped[str | None] = mapped_column(String(64))
    """Digest of the items worth a look next time, where a full scan takes too long."""

    __table_args__ = (
        # A project never has two cycles in flight, whatever the callers do.
        _one_live(RunKind.CYCLE),
        _one_live(RunKind.ENCODE),
        _one_live(RunKind.RESCAN),
        _one_live(RunKind.CLUSTER),
        _one_live(RunKind.SIMULATE),
        _one_live(RunKind.REPORT),
        Index("ix__run__project_id", "project_id", "created_at"),
        Index("ix__run__wake_at", "wake_at", sqlite_where=_LIVE, postgresql_where=_LIVE),
    )


class RunShard(Base):
    """One shard in the list that a run froze, and what scoring it gave."""

    __tablename__ = "run_shard"
    run_id: Mapped[UUID] = mapped_column(ForeignKey(Run.id, ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_position: Mapped[int]
    rows: Mapped[int]
    features: Mapped[str] = mapped_column(String(64))
    is_done: Mapped[bool] = mapped_column(default=False)
    lease_until: Mapped[datetime | None] = mapped_column(Utc)
    wake_at: Mapped[datetime | None] = mapped_column(Utc)
    attempts: Mapped[int] = mapped_column(default=0)
    scores: Mapped[str | None] = mapped_column(String(64))
    """Digest of its items in the order of the scores, see `service.store.orders`."""
    second: Mapped[str | None] = mapped_column(String(64))
    """Digest of the same by the second scorer of the rule, if it has one."""
    neighbours: Mapped[str | None] = mapped_column(String(64))
    """Digest of its items that are nearest to newly labelled ones, if they were sought."""
    predictions: Mapped[str | None] = mapped_column(String(64))
    """Digest of the predictions, see `service.store.predictions`."""


class Version(Base):
    """A fitted estimator and what is known of it."""

    __tablename__ = "version"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey(Project.id, ondelete="CASCADE"))
    number: Mapped[int]
    estimator: Mapped[dict[str, Any]] = mapped_column(Json)
    """`name` and every parameter in force."""
    report: Mapped[dict[str, Any]] = mapped_column(Json)
    """What fitting found out: scaling, cross-validated scores."""
    classes: Mapped[list[str]] = mapped_column(Json)
    labels: Mapped[int]
    """Items it was trained on."""
    model: Mapped[str] = mapped_column(String(64))
    """Digest of the blob that holds the fitted estimator."""
    held_out: Mapped[str | None] = mapped_column(String(64))
    """Digest of what versions without each labelled item say of it, where that was needed."""
    stop_set: Mapped[str | None] = mapped_column(String(64))
    """Digest of what it says of the items on which successive versions are compared."""
    created_at: Mapped[datetime] = mapped_column(Utc)
    promoted_at: Mapped[datetime | None] = mapped_column(Utc)
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it was not promoted."""

    __table_args__ = (UniqueConstraint("project_id", "number"),)


class Ranking(Base):
    """An order of the pool. It is written whole, then put in use in one update."""

    __tablename__ = "ranking"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey(Project.id, ondelete="CASCADE"))
    number: Mapped[int]
    version_id: Mapped[int | None]
    run_id: Mapped[UUID | None]
    """Run that has scored all of the pool: its predictions are shown."""
    candidates: Mapped[int | None]
    """Items that were scored for it, where that was not all of the pool."""
    strategy: Mapped[str] = mapped_column(String(30))
    """What ordered it in fact, where `auto` chose."""
    rule: Mapped[dict[str, str] | None] = mapped_column(Json)
    """`name` of the rule that it was made by, and `why` in words."""
    reason: Mapped[Reason] = mapped_column(String(20))
    """Why its items are served."""
    events_seen: Mapped[int]
    """Label events it takes into account."""
    depth: Mapped[int] = mapped_column(default=0)
    """Items ordered in all."""
    stored: Mapped[int] = mapped_column(default=0)
    """How many of them are rows; hand-out brings in more from the blob."""
    order: Mapped[str | None] = mapped_column(String(64))
    """Digest of the blob with the whole order, where there is one; see `service.store.orders`."""
    taken: Mapped[list[int] | None] = mapped_column(Json)
    """Else how far the orders of the run's shards are merged into the rows, by shard."""
    ahead: Mapped[list[int] | None] = mapped_column(Json)
    """Items among the rows that merging would bring once more: it leaves them out."""
    ranked_at: Mapped[datetime] = mapped_column(Utc)

    __table_args__ = (UniqueConstraint("project_id", "number"),)


class Ranked(Base):
    """One item's place in a ranking."""

    __tablename__ = "ranked"
    ranking_id: Mapped[int] = mapped_column(
        ForeignKey(Ranking.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1."""
    position: Mapped[int]
    score: Mapped[float]


class Sweep(Base):
    """One row: whose turn it is to look for work that is due."""

    __tablename__ = "sweep"
    id: Mapped[int] = mapped_column(primary_key=True)
    swept_at: Mapped[datetime] = mapped_column(Utc)
    pruned_at: Mapped[datetime] = mapped_column(Utc)
