"""Labels have the audit draws of their items, so that learning reads labels alone.

Each cycle asks for all labels several times. Items lie scattered over a pool: to look each of
them up took a quarter of a second for ten thousand labels among a million items.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_FILL = """
UPDATE label SET audit_draw = (
    SELECT item.audit_draw FROM item
    WHERE item.project_id = label.project_id AND item.position = label.position
    AND item.state != 'deleted'
)
"""


def upgrade() -> None:
    """Add the column and fill it."""
    op.add_column("label", sa.Column("audit_draw", sa.Double(), nullable=True))
    op.execute(_FILL)


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("label", "audit_draw")
