"""Orders that are merged from those of shards.

Revision ID: 0003
Revises: 0002
"""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add what merged orders need."""


def downgrade() -> None:
    """Take it away."""
