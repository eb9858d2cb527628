"""Uploads of any size: the bytes that came, and the parts that workers take them in by."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from service.store.tables.base import Base, Json, Utc
from service.store.tables.learning import Run

_RESERVING = text("is_reserving = 1")
_RESERVING_PG = text("is_reserving")


class Upload(Base):
    """What a run of the kind `ingest` takes in, and what became of it."""

    __tablename__ = "upload"
    run_id: Mapped[UUID] = mapped_column(ForeignKey(Run.id, ondelete="CASCADE"), primary_key=True)
    blob: Mapped[str] = mapped_column(String(64))
    """Digest of the body as it came."""
    media_type: Mapped[str] = mapped_column(String(100))
    seen: Mapped[int] = mapped_column(default=0)
    """Before this position its rows are looked for by key when they are decoded; what is behind
    it, when nobody writes there."""
    registered: Mapped[int | None]
    """Items that are new by it, once it is done."""
    unchanged: Mapped[int | None]
    """Rows that were registered before, with the same content."""
    refused: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    """The first rows that are not acceptable, each with its number, key and reason."""
    refused_count: Mapped[int | None]
    is_reserving: Mapped[bool] = mapped_column(default=False)
    """Whether positions are kept for it: they are filled if it ends well, undone if it does not."""
    wake_at: Mapped[datetime | None] = mapped_column(Utc)
    """When undoing it is asked for again."""

    __table_args__ = (
        Index(
            "ix__upload__reserving",
            "run_id",
            sqlite_where=_RESERVING,
            postgresql_where=_RESERVING_PG,
        ),
    )


class Part(Base):
    """A stretch of an upload's rows: decoded by one worker, then written by one."""

    __tablename__ = "part"
    run_id: Mapped[UUID] = mapped_column(ForeignKey(Run.id, ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    first_row: Mapped[int]
    rows: Mapped[int]
    begins: Mapped[int]
    """Where in the body the first byte is that holds a row of it."""
    ends: Mapped[int]
    """Where the next part begins."""
    skip: Mapped[int]
    """Rows behind `begins` that are of the part before."""
    is_done: Mapped[bool] = mapped_column(default=False)
    """Whether the present stage of the run has done it."""
    lease_until: Mapped[datetime | None] = mapped_column(Utc)
    wake_at: Mapped[datetime | None] = mapped_column(Utc)
    attempts: Mapped[int] = mapped_column(default=0)
    content: Mapped[str | None] = mapped_column(String(64))
    """Digest of its rows without their vectors, an Arrow file."""
    features: Mapped[str | None] = mapped_column(String(64))
    moments: Mapped[str | None] = mapped_column(String(64))
    refused: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    refused_count: Mapped[int] = mapped_column(default=0)
    first_position: Mapped[int | None]
    """Where in the pool its fresh rows go; none while nobody knows, or if there are none."""
    fresh: Mapped[int] = mapped_column(default=0)
    """Positions kept for it: rows that were not registered when they were looked for."""
    registered: Mapped[int] = mapped_column(default=0)
    """Items that it has written, once it is."""
    known: Mapped[str | None] = mapped_column(String(64))
    """Digest of the numbers (uint32) of its rows that are not fresh; none if all are."""
