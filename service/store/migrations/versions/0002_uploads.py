"""Uploads of any size.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Add what uploads need."""
    op.create_table(
        "upload",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("blob", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("registered", sa.BigInteger(), nullable=True),
        sa.Column("unchanged", sa.BigInteger(), nullable=True),
        sa.Column("refused", JSON, nullable=True),
        sa.Column("refused_count", sa.BigInteger(), nullable=True),
        sa.Column("is_reserving", sa.Boolean(), nullable=False),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk__upload__run_id__run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk__upload")),
    )
    op.create_index(
        "ix__upload__reserving",
        "upload",
        ["run_id"],
        sqlite_where=sa.text("is_reserving = 1"),
        postgresql_where=sa.text("is_reserving"),
    )
    op.create_table(
        "part",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_row", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("begins", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("skip", sa.BigInteger(), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=True),
        sa.Column("features", sa.String(length=64), nullable=True),
        sa.Column("moments", sa.String(length=64), nullable=True),
        sa.Column("refused", JSON, nullable=False),
        sa.Column("refused_count", sa.BigInteger(), nullable=False),
        sa.Column("first_position", sa.BigInteger(), nullable=True),
        sa.Column("fresh", sa.BigInteger(), nullable=False),
        sa.Column("registered", sa.BigInteger(), nullable=False),
        sa.Column("known", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk__part__run_id__run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk__part")),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("part")
    op.drop_index(
        "ix__upload__reserving",
        table_name="upload",
        sqlite_where=sa.text("is_reserving = 1"),
        postgresql_where=sa.text("is_reserving"),
    )
    op.drop_table("upload")
