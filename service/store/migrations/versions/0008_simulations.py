"""Simulations.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
LIVE = sa.text("kind = 'simulate' AND state IN ('queued', 'running')")


def upgrade() -> None:
    """Make the tables, and let a project have one simulation at a time."""
    op.create_table(
        "simulation",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("asked", JSON, nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("goal", JSON, nullable=True),
        sa.Column("classes", JSON, nullable=True),
        sa.Column("features", sa.String(length=64), nullable=True),
        sa.Column("labels", sa.String(length=64), nullable=True),
        sa.Column("moments", sa.String(length=64), nullable=True),
        sa.Column("origin", JSON, nullable=True),
        sa.Column("result", JSON, nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk__simulation__run_id__run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk__simulation")),
    )
    op.create_table(
        "replay",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("strategy", sa.String(length=30), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("curve", JSON, nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk__replay__run_id__run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk__replay")),
    )
    op.create_index(
        "uq__run__live_simulate",
        "run",
        ["project_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def downgrade() -> None:
    """Take them away, with the runs that are of no kind any more."""
    op.drop_index("uq__run__live_simulate", table_name="run")
    op.drop_table("replay")
    op.drop_table("simulation")
    op.execute("DELETE FROM run WHERE kind = 'simulate'")
