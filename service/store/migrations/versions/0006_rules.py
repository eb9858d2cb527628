"""Items labelled last when a run froze its shards.

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
    op.add_column("run", sa.Column("newest", JSON, nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("run", "newest")
