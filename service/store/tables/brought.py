"""What clients bring of their own model, in the place of what a version would say."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from service.store.tables.base import Base
from service.store.tables.learning import Version


class Brought(Base):
    """A stretch of the probabilities that a client brought for a version."""

    __tablename__ = "brought"
    version_id: Mapped[int] = mapped_column(
        ForeignKey(Version.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Of the stretch: `service.store.brought.ROWS` positions each."""
    digest: Mapped[str] = mapped_column(String(64))
    """Of float32 probabilities, a row a position and a column a class; NaN where none came."""
