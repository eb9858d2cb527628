"""What is said of a project's quality: the report, with the evidence that it is made from."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.catalogue import Reason
from service.store.tables.base import Base, Json, Utc
from service.store.tables.learning import Version
from service.store.tables.pool import Item, Project


class Report(Base):
    """The report of a project, replaced whole by each run of the kind `report`."""

    __tablename__ = "report"
    project_id: Mapped[int] = mapped_column(
        ForeignKey(Project.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    document: Mapped[dict[str, Any]] = mapped_column(Json)
    """As it goes over the wire."""
    ranking: Mapped[int | None]
    """Number of the ranking in use when it was made."""
    events_seen: Mapped[int]
    """Label events it takes into account."""
    made_at: Mapped[datetime] = mapped_column(Utc)


class Audited(Base):
    """What a version said of the audit reserve, so that later labels judge it too."""

    __tablename__ = "audited"
    version_id: Mapped[int] = mapped_column(
        ForeignKey(Version.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    said: Mapped[str] = mapped_column(String(64))
    """Digest of positions, classes and confidences; see the workers' `pool.said`."""
    population: Mapped[int]
    """Items that it spoke of then."""


class Check(Base):
    """A prediction that was checked outside the audit, on an item drawn within its cluster."""

    __tablename__ = "checked"
    project_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[Reason] = mapped_column(String(20))
    probability: Mapped[float | None]
    """Of being drawn."""
    version: Mapped[int]
    """Number of the version that the item was served under: it was not trained on it."""
    predicted: Mapped[int]
    """Index into the version's classes."""
    confidence: Mapped[float]
    """Probability that the version gave to its own decision."""

    __table_args__ = (
        ForeignKeyConstraint(
            ["project_id", "position"], [Item.project_id, Item.position], ondelete="CASCADE"
        ),
    )


class Spot(Base):
    """A confident prediction that people should check, with its place in the order of these."""

    __tablename__ = "spot"
    project_id: Mapped[int] = mapped_column(
        ForeignKey(Project.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1."""
    position: Mapped[int]
    is_suspect: Mapped[bool]
    """Whether its region was chosen for what was found there, or by chance."""
    confidence: Mapped[float]
    probability: Mapped[float]
    """Of being drawn, given what was drawn before."""
