"""Indexes for pools of millions and many annotators.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_OPEN = sa.text("state = 'open'")
_CLOSED = sa.text("state != 'open'")
_RESERVABLE = sa.text("state = 'open' AND audit_draw < 0.2")


def upgrade() -> None:
    """Index only what is looked for, and count items that are open again."""
    op.add_column(
        "project", sa.Column("reopened", sa.BigInteger, nullable=False, server_default="0")
    )
    op.drop_index("ix__item__state", "item")
    op.drop_index("ix__item__audit_draw", "item")
    _index("ix__item__closed", ["project_id", "state", "position"], _CLOSED)
    _index("ix__item__audit_draw", ["project_id", "audit_draw"], _RESERVABLE)


def downgrade() -> None:
    """Change them back."""
    op.drop_index("ix__item__closed", "item")
    op.drop_index("ix__item__audit_draw", "item")
    op.create_index("ix__item__state", "item", ["project_id", "state", "position"])
    _index("ix__item__audit_draw", ["project_id", "audit_draw"], _OPEN)
    op.drop_column("project", "reopened")


def _index(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "item", columns, sqlite_where=where, postgresql_where=where)
