"""Orders merged from those of shards, and rankings of candidates.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


LIVE_RESCAN = sa.text("kind = 'rescan' AND state IN ('queued', 'running')")


def upgrade() -> None:
    """Apply."""
    op.add_column("ranking", sa.Column("taken", JSON, nullable=True))
    op.add_column("ranking", sa.Column("candidates", sa.BigInteger(), nullable=True))
    op.add_column("run", sa.Column("scorer", sa.String(length=30), nullable=True))
    op.add_column("run", sa.Column("scanned", sa.BigInteger(), nullable=True))
    op.add_column("run", sa.Column("candidates", sa.String(length=64), nullable=True))
    op.add_column("run_shard", sa.Column("neighbours", sa.String(length=64), nullable=True))
    op.create_index(
        "uq__run__live_rescan",
        "run",
        ["project_id"],
        unique=True,
        sqlite_where=LIVE_RESCAN,
        postgresql_where=LIVE_RESCAN,
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("uq__run__live_rescan", table_name="run")
    op.drop_column("run_shard", "neighbours")
    op.drop_column("run", "candidates")
    op.drop_column("run", "scanned")
    op.drop_column("run", "scorer")
    op.drop_column("ranking", "candidates")
    op.drop_column("ranking", "taken")
