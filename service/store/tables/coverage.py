"""Orders beside a ranking: regions of the pool to be looked into, items to be asked again."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.catalogue import Asked
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


class Recheck(Base):
    """A labelled item that another person is to be asked about, beside a ranking."""

    __tablename__ = "recheck"
    ranking_id: Mapped[int] = mapped_column(
        ForeignKey(Ranking.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    kind: Mapped[Asked] = mapped_column(String(20), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1, for each kind."""
    position: Mapped[int]
    score: Mapped[float | None]
    """Of items that are doubted: lowest first."""
    probability: Mapped[float | None]
    """Of items that are drawn: of being drawn first."""
