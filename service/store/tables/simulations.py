"""Simulations: what was asked, the labels as they were then, and the replays one by one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.tables.base import Base, Json, Utc
from service.store.tables.learning import Run


class Simulation(Base):
    """What a run of the kind `simulate` replays, and what came of it."""

    __tablename__ = "simulation"
    run_id: Mapped[UUID] = mapped_column(ForeignKey(Run.id, ondelete="CASCADE"), primary_key=True)
    asked: Mapped[dict[str, Any]] = mapped_column(Json)
    """As `service.domain.simulations.Asked`."""
    detail: Mapped[str | None] = mapped_column(Text)
    """What was made of what was asked, where that is not the same."""
    goal: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """The project's, when it was asked."""
    classes: Mapped[list[str] | None] = mapped_column(Json)
    """The project's, when the labels were frozen; none before."""
    features: Mapped[str | None] = mapped_column(String(64))
    """Digest of the rows of the labelled items, a shard."""
    labels: Mapped[str | None] = mapped_column(String(64))
    """Digest of the class of each, int64."""
    moments: Mapped[str | None] = mapped_column(String(64))
    """Digest of the statistics of all items that were registered then."""
    origin: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """As `service.domain.simulations.Origin`."""
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """As `workers.learning.comparisons.Outcome`, once all replays are done."""


class Replay(Base):
    """One strategy under one seed, replayed by one worker."""

    __tablename__ = "replay"
    run_id: Mapped[UUID] = mapped_column(ForeignKey(Run.id, ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    strategy: Mapped[str] = mapped_column(String(30))
    seed: Mapped[int]
    is_done: Mapped[bool] = mapped_column(default=False)
    lease_until: Mapped[datetime | None] = mapped_column(Utc)
    wake_at: Mapped[datetime | None] = mapped_column(Utc)
    """None while its message is not sent yet: few are under way at a time."""
    attempts: Mapped[int] = mapped_column(default=0)
    curve: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """As `workers.learning.curves.Curve`."""
