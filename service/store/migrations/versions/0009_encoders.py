"""Encoders of texts.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Write down what texts were encoded by so far."""
    op.add_column("project", sa.Column("encoder", sa.String(length=20), nullable=True))
    op.execute("UPDATE project SET encoder = 'tfidf' WHERE input_type = 'text'")


def downgrade() -> None:
    """Forget it."""
    op.drop_column("project", "encoder")
