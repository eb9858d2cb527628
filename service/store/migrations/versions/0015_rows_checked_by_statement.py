"""PostgreSQL looks once a statement whether leases, labels and the like have what they belong to.

As with items and their project (0013): a foreign key asks for each row by a query of its own, and
locks what it finds. A batch of ten items had forty such queries, two tenths of all that hand-outs
and labels cost the database, and the rows of a ranking nine thousand. What the keys promised
holds: a lease, a selection and a label need an item, the rows of a ranking need that, and they go
with it. A batch is written by the statement that writes its leases, and goes when its project
does, as they do. SQLite keeps the keys.

Revision ID: 0015
Revises: 0014
"""

from alembic import op

revision = "0015"
down_revision = "0014"

_OF_ITEM = ("lease", "selection", "label")
_OF_RANKING = ("ranked", "covering", "recheck")
_OF_BATCH = ("lease", "selection")

# A list is never joined with `item`: of both, the planner knows too little, and would read all.
_HAS_ITEM = """
CREATE FUNCTION has_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added WHERE (
            SELECT item.position FROM item
            WHERE item.project_id = added.project_id AND item.position = added.position
        ) IS NULL
    ) THEN
        RAISE foreign_key_violation
            USING MESSAGE = format('there is no item for a row of %s', TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END $$
"""
_HAS_RANKING = """
CREATE FUNCTION has_ranking() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lacking bigint;
BEGIN
    FOR lacking IN SELECT DISTINCT ranking_id FROM added LOOP
        PERFORM 1 FROM ranking WHERE id = lacking FOR KEY SHARE;
        IF NOT FOUND THEN
            RAISE foreign_key_violation
                USING MESSAGE = format('there is no ranking %s for a row', lacking);
        END IF;
    END LOOP;
    RETURN NULL;
END $$
"""
_CHECKED = """
CREATE TRIGGER {table}_has_{of} AFTER INSERT ON {table} REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION has_{of}()
"""
_GO_WITH_ITEMS = """
CREATE FUNCTION go_with_items() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stretch record;
    held text;
BEGIN
    FOR stretch IN
        SELECT project_id, min(position) AS first, max(position) AS last FROM gone GROUP BY 1
    LOOP
        FOREACH held IN ARRAY ARRAY['lease', 'selection', 'label'] LOOP
            EXECUTE format(
                'DELETE FROM %I AS held WHERE project_id = $1 AND position BETWEEN $2 AND $3 '
                'AND (SELECT item.position FROM item WHERE item.project_id = held.project_id '
                'AND item.position = held.position) IS NULL', held
            ) USING stretch.project_id, stretch.first, stretch.last;
        END LOOP;
    END LOOP;
    RETURN NULL;
END $$
"""
_GO_WITH_RANKINGS = """
CREATE FUNCTION go_with_rankings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    one bigint;
BEGIN
    FOR one IN SELECT id FROM gone LOOP
        DELETE FROM ranked WHERE ranking_id = one;
        DELETE FROM covering WHERE ranking_id = one;
        DELETE FROM recheck WHERE ranking_id = one;
    END LOOP;
    RETURN NULL;
END $$
"""
_FOLLOWED = """
CREATE TRIGGER go_with_{of}s AFTER DELETE ON {of} REFERENCING OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION go_with_{of}s()
"""


def upgrade() -> None:
    """Put triggers in the place of the foreign keys."""
    if not _is_postgres():
        return
    for function in (_HAS_ITEM, _HAS_RANKING, _GO_WITH_ITEMS, _GO_WITH_RANKINGS):
        op.execute(function)
    for of in ("item", "ranking"):
        op.execute(_FOLLOWED.format(of=of))
    for table, of in _checked():
        op.execute(_CHECKED.format(table=table, of=of))
    for name, table, *_ in _keys():
        op.drop_constraint(name, table, type_="foreignkey")


def downgrade() -> None:
    """Put the foreign keys back."""
    if not _is_postgres():
        return
    for name, table, of, columns, of_columns in _keys():
        op.create_foreign_key(name, table, of, columns, of_columns, ondelete="CASCADE")
    for table, of in _checked():
        op.execute(f"DROP TRIGGER {table}_has_{of} ON {table}")
    for of in ("item", "ranking"):
        op.execute(f"DROP TRIGGER go_with_{of}s ON {of}")
        op.execute(f"DROP FUNCTION go_with_{of}s()")
        op.execute(f"DROP FUNCTION has_{of}()")


def _checked() -> list[tuple[str, str]]:
    return [(table, "item") for table in _OF_ITEM] + [(table, "ranking") for table in _OF_RANKING]


def _keys() -> list[tuple[str, str, str, list[str], list[str]]]:
    """Name, table, what it refers to, and the columns on both sides."""
    place = ["project_id", "position"]
    return [
        *((f"fk__{t}__project_id_position__item", t, "item", place, place) for t in _OF_ITEM),
        *((f"fk__{t}__batch_id__batch", t, "batch", ["batch_id"], ["id"]) for t in _OF_BATCH),
        *(
            (f"fk__{t}__ranking_id__ranking", t, "ranking", ["ranking_id"], ["id"])
            for t in _OF_RANKING
        ),
    ]


def _is_postgres() -> bool:
    return op.get_context().dialect.name == "postgresql"
