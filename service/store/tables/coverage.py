"""Regions of a pool: the clusters it is cut into, and the order in which they are looked into."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from service.store.tables.base import Base
from service.store.tables.learning import Ranking
from service.store.tables.pool import Project


class Clustering(Base):
    """The clusters of a project's pool; each shard has the clusters of its rows."""

    __tablename__ = "clustering"
    project_id: Mapped[int] = mapped_column(
        ForeignKey(Project.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int]
    """Grows as the centres are made anew, to which nothing of before compares."""
    clusters: Mapped[int]
    """How many there are."""
    items: Mapped[int]
    """How large the pool was when the centres were made."""
    centres: Mapped[str] = mapped_column(String(64))
    """Digest of the blob that holds them."""


class Covering(Base):
    """An item that the coverage share asks for, with its place in a ranking's coverage order."""

    __tablename__ = "covering"
    ranking_id: Mapped[int] = mapped_column(
        ForeignKey(Ranking.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1."""
    position: Mapped[int]
    cluster: Mapped[int]
    probability: Mapped[float]
    """Of being drawn from its cluster, given what was drawn from it before."""
