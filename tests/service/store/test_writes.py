"""Statements that nobody waits for: sent as one on PostgreSQL, in their order on SQLite."""

from sqlalchemy import select, update

from service.runtime import Runtime
from service.store.tables.access import Workspace
from service.store.tables.base import Base
from service.store.tables.pool import Item
from service.store.writes import Writes
from tests.api import Api
from tests.service.rows import project_of
from tests.service.statements import statements

ITEMS = Base.metadata.tables[Item.__tablename__]
WORKSPACES = Base.metadata.tables[Workspace.__tablename__]
NOTE = update(ITEMS).where(ITEMS.c.position == 0).values(labels=ITEMS.c.labels + 1)
NAME = update(WORKSPACES).values(name="here")


def labels(runtime: Runtime) -> int | None:
    with runtime.readers() as session:
        return session.scalar(select(Item.labels))


def test_what_waits_is_sent_as_one(api: Api, runtime: Runtime) -> None:
    api.add_vectors(api.make_project(), {"a": [1, 1]})

    with statements(runtime) as seen, runtime.sessions.begin() as session:
        writes = Writes(session)
        writes.add(NOTE, {})
        writes.add(NAME, {})
        writes.send()
        writes.send()

    is_one = runtime.settings.database.startswith("postgresql")
    assert len([each for each in seen if "UPDATE" in each]) == (1 if is_one else 2)
    assert labels(runtime) == 1
    with runtime.readers() as session:
        assert session.scalar(select(Workspace.name)) == "here"


def test_a_table_that_is_written_once_more_is_written_before(api: Api, runtime: Runtime) -> None:
    project = api.make_project()
    api.add_vectors(project, {"a": [1, 1]})

    with runtime.sessions.begin() as session:
        writes = Writes(session)
        for _ in range(3):
            writes.add(NOTE, {})
        writes.send()
        assert project_of(session, project).item_count == 1

    assert labels(runtime) == 3
