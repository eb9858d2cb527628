"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "sweep",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("swept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pruned_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__sweep")),
    )
    op.create_table(
        "workspace",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__workspace")),
        sa.UniqueConstraint("name", name=op.f("uq__workspace__name")),
    )
    with op.batch_alter_table("workspace", schema=None) as batch_op:
        batch_op.create_index(
            "uq__workspace__first",
            ["is_first"],
            unique=True,
            sqlite_where=sa.text("is_first"),
            postgresql_where=sa.text("is_first"),
        )

    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("projects", JSON, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk__api_key__workspace_id__workspace"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__api_key")),
        sa.UniqueConstraint("digest", name=op.f("uq__api_key__digest")),
    )
    with op.batch_alter_table("api_key", schema=None) as batch_op:
        batch_op.create_index("ix__api_key__workspace_id", ["workspace_id"], unique=False)

    op.create_table(
        "project",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("classes", JSON, nullable=False),
        sa.Column("input_type", sa.String(length=20), nullable=False),
        sa.Column("dimensions", sa.BigInteger(), nullable=True),
        sa.Column("goal", JSON, nullable=True),
        sa.Column("strategy", sa.String(length=30), nullable=False),
        sa.Column("estimator", JSON, nullable=False),
        sa.Column("coverage_share", sa.Double(), nullable=False),
        sa.Column("audit_share", sa.Double(), nullable=False),
        sa.Column("min_labels", sa.BigInteger(), nullable=False),
        sa.Column("retrain_share", sa.Double(), nullable=False),
        sa.Column("max_wait_seconds", sa.Double(), nullable=False),
        sa.Column("labels_per_item", sa.BigInteger(), nullable=False),
        sa.Column("lease_seconds", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("audit_secret", sa.LargeBinary(), nullable=False),
        sa.Column("audit_threshold", sa.Double(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_position", sa.BigInteger(), nullable=False),
        sa.Column("encoded", sa.BigInteger(), nullable=False),
        sa.Column("pool_changes", sa.BigInteger(), nullable=False),
        sa.Column("item_count", sa.BigInteger(), nullable=False),
        sa.Column("open_count", sa.BigInteger(), nullable=False),
        sa.Column("labelled_count", sa.BigInteger(), nullable=False),
        sa.Column("label_count", sa.BigInteger(), nullable=False),
        sa.Column("label_events", sa.BigInteger(), nullable=False),
        sa.Column("events_used", sa.BigInteger(), nullable=False),
        sa.Column("oldest_unused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retrain_asked", sa.Boolean(), nullable=False),
        sa.Column("version_count", sa.BigInteger(), nullable=False),
        sa.Column("ranking_count", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=True),
        sa.Column("ranking_id", sa.BigInteger(), nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspace.id"],
            name=op.f("fk__project__workspace_id__workspace"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__project")),
        sa.UniqueConstraint("uid", name=op.f("uq__project__uid")),
    )
    with op.batch_alter_table("project", schema=None) as batch_op:
        batch_op.create_index("ix__project__due_at", ["due_at"], unique=False)
        batch_op.create_index("ix__project__workspace_id", ["workspace_id", "id"], unique=False)

    op.create_table(
        "batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", SERIAL, nullable=False),
        sa.Column("annotator", sa.String(length=200), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("ranking_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
            name=op.f("fk__batch__project_id__project"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__batch")),
    )
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.create_index(
            "ix__batch__annotator", ["project_id", "annotator", "created_at"], unique=False
        )
        batch_op.create_index("ix__batch__created_at", ["project_id", "created_at"], unique=False)

    op.create_table(
        "item",
        sa.Column("project_id", SERIAL, autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=500), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("group", sa.String(length=500), nullable=True),
        sa.Column("metadata", JSON, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("labels", sa.BigInteger(), nullable=False),
        sa.Column("skips", sa.BigInteger(), nullable=False),
        sa.Column("audit_draw", sa.Double(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
            name=op.f("fk__item__project_id__project"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", "position", name=op.f("pk__item")),
    )
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.create_index(
            "ix__item__audit_draw",
            ["project_id", "audit_draw"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index("ix__item__state", ["project_id", "state", "position"], unique=False)
        batch_op.create_index(
            "uq__item__key",
            ["project_id", "key"],
            unique=True,
            sqlite_where=sa.text("state != 'deleted'"),
            postgresql_where=sa.text("state != 'deleted'"),
        )

    op.create_table(
        "ranking",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("project_id", SERIAL, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("strategy", sa.String(length=30), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("events_seen", sa.BigInteger(), nullable=False),
        sa.Column("depth", sa.BigInteger(), nullable=False),
        sa.Column("stored", sa.BigInteger(), nullable=False),
        sa.Column("order", sa.String(length=64), nullable=True),
        sa.Column("ranked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
            name=op.f("fk__ranking__project_id__project"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__ranking")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq__ranking__project_id_number")),
    )
    op.create_table(
        "receipt",
        sa.Column("api_key_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["api_key_id"],
            ["api_key.id"],
            name=op.f("fk__receipt__api_key_id__api_key"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("api_key_id", "key", name=op.f("pk__receipt")),
    )
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix__receipt__created_at"), ["created_at"], unique=False)

    op.create_table(
        "run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", SERIAL, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stage_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seconds", JSON, nullable=False),
        sa.Column("events_seen", sa.BigInteger(), nullable=True),
        sa.Column("oldest_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changes_seen", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=True),
        sa.Column("shards", sa.BigInteger(), nullable=False),
        sa.Column("shards_left", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
            name=op.f("fk__run__project_id__project"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__run")),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index("ix__run__project_id", ["project_id", "created_at"], unique=False)
        batch_op.create_index(
            "ix__run__wake_at",
            ["wake_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('queued', 'running')"),
            postgresql_where=sa.text("state IN ('queued', 'running')"),
        )
        batch_op.create_index(
            "uq__run__live_cycle",
            ["project_id"],
            unique=True,
            sqlite_where=sa.text("kind = 'cycle' AND state IN ('queued', 'running')"),
            postgresql_where=sa.text("kind = 'cycle' AND state IN ('queued', 'running')"),
        )
        batch_op.create_index(
            "uq__run__live_encode",
            ["project_id"],
            unique=True,
            sqlite_where=sa.text("kind = 'encode' AND state IN ('queued', 'running')"),
            postgresql_where=sa.text("kind = 'encode' AND state IN ('queued', 'running')"),
        )

    op.create_table(
        "shard",
        sa.Column("project_id", SERIAL, autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_position", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("features", sa.String(length=64), nullable=False),
        sa.Column("moments", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
            name=op.f("fk__shard__project_id__project"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", "number", name=op.f("pk__shard")),
    )
    op.create_table(
        "version",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("project_id", SERIAL, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("estimator", JSON, nullable=False),
        sa.Column("report", JSON, nullable=False),
        sa.Column("classes", JSON, nullable=False),
        sa.Column("labels", sa.BigInteger(), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("promoted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
            name=op.f("fk__version__project_id__project"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__version")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq__version__project_id_number")),
    )
    op.create_table(
        "label",
        sa.Column("number", SERIAL, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("annotator", sa.String(length=200), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id", "position"],
            ["item.project_id", "item.position"],
            name=op.f("fk__label__project_id_position__item"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk__label")),
        sa.UniqueConstraint("id", name=op.f("uq__label__id")),
    )
    with op.batch_alter_table("label", schema=None) as batch_op:
        batch_op.create_index("ix__label__project_id", ["project_id", "number"], unique=False)
        batch_op.create_index(
            "ix__label__skips",
            ["project_id", "annotator"],
            unique=False,
            sqlite_where=sa.text("is_current = 1 AND value IS NULL"),
            postgresql_where=sa.text("is_current AND value IS NULL"),
        )
        batch_op.create_index(
            "uq__label__current",
            ["project_id", "position", "annotator"],
            unique=True,
            sqlite_where=sa.text("is_current = 1"),
            postgresql_where=sa.text("is_current"),
        )

    op.create_table(
        "lease",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("annotator", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batch.id"], name=op.f("fk__lease__batch_id__batch"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id", "position"],
            ["item.project_id", "item.position"],
            name=op.f("fk__lease__project_id_position__item"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__lease")),
    )
    with op.batch_alter_table("lease", schema=None) as batch_op:
        batch_op.create_index(
            "ix__lease__annotator", ["project_id", "position", "annotator"], unique=False
        )
        batch_op.create_index("ix__lease__batch_id", ["batch_id"], unique=False)
        batch_op.create_index(
            "ix__lease__open",
            ["project_id", "expires_at"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index(
            "uq__lease__held",
            ["project_id", "position", "slot"],
            unique=True,
            sqlite_where=sa.text("state IN ('open', 'labelled')"),
            postgresql_where=sa.text("state IN ('open', 'labelled')"),
        )

    op.create_table(
        "payload",
        sa.Column("project_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id", "position"],
            ["item.project_id", "item.position"],
            name=op.f("fk__payload__project_id_position__item"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", "position", name=op.f("pk__payload")),
    )
    op.create_table(
        "ranked",
        sa.Column("ranking_id", SERIAL, autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ranking_id"],
            ["ranking.id"],
            name=op.f("fk__ranked__ranking_id__ranking"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ranking_id", "place", name=op.f("pk__ranked")),
    )
    op.create_table(
        "run_shard",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_position", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("features", sa.String(length=64), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("scores", sa.String(length=64), nullable=True),
        sa.Column("predictions", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["run.id"], name=op.f("fk__run_shard__run_id__run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk__run_shard")),
    )
    op.create_table(
        "selection",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("annotator", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("strategy", sa.String(length=30), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=True),
        sa.Column("ranking", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["batch.id"],
            name=op.f("fk__selection__batch_id__batch"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["project_id", "position"],
            ["item.project_id", "item.position"],
            name=op.f("fk__selection__project_id_position__item"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__selection")),
    )
    with op.batch_alter_table("selection", schema=None) as batch_op:
        batch_op.create_index("ix__selection__batch_id", ["batch_id"], unique=False)
        batch_op.create_index("ix__selection__item", ["project_id", "position"], unique=False)
        batch_op.create_index("ix__selection__project_id", ["project_id", "id"], unique=False)


def downgrade() -> None:
    """Undo."""
    for table in (
        "selection",
        "run_shard",
        "ranked",
        "payload",
        "lease",
        "label",
        "version",
        "shard",
        "run",
        "receipt",
        "ranking",
        "item",
        "batch",
        "project",
        "api_key",
        "workspace",
        "sweep",
    ):
        op.drop_table(table)
