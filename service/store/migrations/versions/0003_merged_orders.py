"""Orders that are merged from those of shards.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Apply."""
    op.add_column("ranking", sa.Column("taken", JSON, nullable=True))
    op.add_column("run", sa.Column("scorer", sa.String(length=30), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("run", "scorer")
    op.drop_column("ranking", "taken")
