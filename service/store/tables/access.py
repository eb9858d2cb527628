"""Who may ask: workspaces, their keys, and the answers kept for repeated requests."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.catalogue import Role
from service.store.tables.base import Base, Json, Utc


class Workspace(Base):
    """A tenant. Nothing of one workspace can be seen from another."""

    __tablename__ = "workspace"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    is_first: Mapped[bool]
    """The first workspace's admins may make others."""
    created_at: Mapped[datetime] = mapped_column(Utc)

    __table_args__ = (
        # Two processes that start at once cannot both make the first workspace.
        Index(
            "uq__workspace__first",
            "is_first",
            unique=True,
            sqlite_where=text("is_first"),
            postgresql_where=text("is_first"),
        ),
    )


class ApiKey(Base):
    """A key of a workspace; the secret itself is never kept."""

    __tablename__ = "api_key"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey(Workspace.id, ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(String(20))
    prefix: Mapped[str] = mapped_column(String(20))
    """What a person may see of the key, to tell it from others."""
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the key, in hexadecimal."""
    projects: Mapped[list[str] | None] = mapped_column(Json)
    """Projects the key is limited to, if it is."""
    created_at: Mapped[datetime] = mapped_column(Utc)
    revoked_at: Mapped[datetime | None] = mapped_column(Utc)

    __table_args__ = (Index("ix__api_key__workspace_id", "workspace_id"),)


class Receipt(Base):
    """The answer to a request that carried an `Idempotency-Key`, kept for a day."""

    __tablename__ = "receipt"
    api_key_id: Mapped[UUID] = mapped_column(
        ForeignKey(ApiKey.id, ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    """SHA-256 of method, path and body: another request must not reuse the key."""
    status: Mapped[int]
    body: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(Utc, index=True)
