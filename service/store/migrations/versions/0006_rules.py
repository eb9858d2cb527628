"""Rules of rankings, second orders of shards.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Apply."""
    op.add_column("run", sa.Column("rule", JSON, nullable=True))
    op.add_column("run", sa.Column("newest", JSON, nullable=True))
    op.add_column("run_shard", sa.Column("second", sa.String(length=64), nullable=True))
    op.add_column("ranking", sa.Column("rule", JSON, nullable=True))
    op.add_column("ranking", sa.Column("ahead", JSON, nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("ranking", "ahead")
    op.drop_column("ranking", "rule")
    op.drop_column("run_shard", "second")
    op.drop_column("run", "newest")
    op.drop_column("run", "rule")
