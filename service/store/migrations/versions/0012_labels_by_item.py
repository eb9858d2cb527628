"""Labels are found by their item, also those that were superseded.

Revision ID: 0012
Revises: 0011
"""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix__label__item", "label", ["project_id", "position"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix__label__item", table_name="label")
