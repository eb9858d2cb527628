"""Uploads of any size.

Revision ID: 0002
Revises: 0001
"""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what uploads need."""


def downgrade() -> None:
    """Take it away."""
