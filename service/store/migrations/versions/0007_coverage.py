"""Clusters of pools, the order of coverage, and labels counted by class.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
LIVE_CLUSTER = sa.text("kind = 'cluster' AND state IN ('queued', 'running')")


def upgrade() -> None:
    """Make the tables, and room for the clusters of a shard."""
    op.create_table(
        "clustering",
        sa.Column("project_id", SERIAL, autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("clusters", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.BigInteger(), nullable=False),
        sa.Column("centres", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
            name=op.f("fk__clustering__project_id__project"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk__clustering")),
    )
    op.create_table(
        "covering",
        sa.Column("ranking_id", SERIAL, autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("cluster", sa.BigInteger(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ranking_id"],
            ["ranking.id"],
            name=op.f("fk__covering__ranking_id__ranking"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ranking_id", "place", name=op.f("pk__covering")),
    )
    op.add_column("project", sa.Column("class_labels", JSON, nullable=False, server_default="[]"))
    _count_labels()
    op.add_column("shard", sa.Column("clusters", sa.String(length=64), nullable=True))
    op.add_column("shard", sa.Column("clustering", sa.BigInteger(), nullable=True))
    op.create_index(
        "uq__run__live_cluster",
        "run",
        ["project_id"],
        unique=True,
        sqlite_where=LIVE_CLUSTER,
        postgresql_where=LIVE_CLUSTER,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("uq__run__live_cluster", table_name="run")
    op.drop_column("shard", "clustering")
    op.drop_column("shard", "clusters")
    op.drop_column("project", "class_labels")
    op.drop_table("covering")
    op.drop_table("clustering")


def _count_labels() -> None:
    """Count by class the labels that there are."""
    label = sa.table("label", *map(sa.column, ("project_id", "position", "value", "is_current")))
    item = sa.table("item", *map(sa.column, ("project_id", "position", "state")))
    project = sa.table("project", sa.column("id"), sa.column("class_labels", JSON))
    same = (item.c.project_id == label.c.project_id) & (item.c.position == label.c.position)
    found = op.get_bind().execute(
        sa.select(label.c.project_id, label.c.value, sa.func.count())
        .join(item, same)
        .where(label.c.is_current, label.c.value.is_not(None), item.c.state != "deleted")
        .group_by(label.c.project_id, label.c.value)
    )
    counts: dict[int, dict[int, int]] = {}
    for project_id, value, count in found:
        counts.setdefault(project_id, {})[value] = count
    for project_id, by_class in counts.items():
        held = [by_class.get(value, 0) for value in range(max(by_class) + 1)]
        op.execute(project.update().where(project.c.id == project_id).values(class_labels=held))
