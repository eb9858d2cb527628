"""Reports.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
LIVE = sa.text("kind = 'report' AND state IN ('queued', 'running')")


def upgrade() -> None:
    """Make the tables, and let a project have one report under way at a time."""
    op.create_table(
        "report",
        sa.Column("project_id", SERIAL, autoincrement=False, nullable=False),
        sa.Column("document", JSON, nullable=False),
        sa.Column("ranking", sa.BigInteger(), nullable=True),
        sa.Column("events_seen", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
            name=op.f("fk__report__project_id__project"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk__report")),
    )
    op.create_table(
        "audited",
        sa.Column("version_id", SERIAL, autoincrement=False, nullable=False),
        sa.Column("said", sa.String(length=64), nullable=False),
        sa.Column("population", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["version.id"],
            name=op.f("fk__audited__version_id__version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk__audited")),
    )
    op.create_table(
        "checked",
        sa.Column("project_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("predicted", sa.BigInteger(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id", "position"],
            ["item.project_id", "item.position"],
            name=op.f("fk__checked__project_id_position__item"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", "position", name=op.f("pk__checked")),
    )
    op.create_table(
        "spot",
        sa.Column("project_id", SERIAL, autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("is_suspect", sa.Boolean(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
            name=op.f("fk__spot__project_id__project"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", "place", name=op.f("pk__spot")),
    )
    op.add_column(
        "project", sa.Column("audit_released_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("label", sa.Column("prediction_shown", sa.Boolean(), nullable=True))
    op.add_column(
        "project",
        sa.Column("audit_excluded", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.create_index(
        "uq__run__live_report",
        "run",
        ["project_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def downgrade() -> None:
    """Take them away, with the runs that are of no kind any more."""
    op.drop_index("uq__run__live_report", table_name="run")
    op.drop_column("project", "audit_excluded")
    op.drop_column("label", "prediction_shown")
    op.drop_column("project", "audit_released_at")
    op.drop_table("spot")
    op.drop_table("checked")
    op.drop_table("audited")
    op.drop_table("report")
    op.execute("DELETE FROM run WHERE kind = 'report'")
