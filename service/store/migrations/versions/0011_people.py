"""Items that are asked about again, and what versions without an item say of it.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table, and room for the digests of a version."""
    op.create_table(
        "recheck",
        sa.Column("ranking_id", SERIAL, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ranking_id"],
            ["ranking.id"],
            name=op.f("fk__recheck__ranking_id__ranking"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ranking_id", "kind", "place", name=op.f("pk__recheck")),
    )
    op.add_column("version", sa.Column("held_out", sa.String(length=64), nullable=True))
    op.add_column("version", sa.Column("stop_set", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("version", "stop_set")
    op.drop_column("version", "held_out")
    op.drop_table("recheck")
