"""Migrations from nothing give the tables as they are declared, and lead back."""

from collections.abc import Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, inspect

from service.store import database, migrate
from service.store.tables import (
    access,
    brought,
    coverage,
    labelling,
    learning,
    pool,
    reports,
    simulations,
    uploads,
)
from service.store.tables.base import Base
from tests.api import Api
from tests.migrations import back_to

BY_TRIGGERS = {
    "fk__item__project_id__project",
    "fk__lease__project_id_position__item",
    "fk__selection__project_id_position__item",
    "fk__label__project_id_position__item",
    "fk__lease__batch_id__batch",
    "fk__selection__batch_id__batch",
    "fk__ranked__ranking_id__ranking",
    "fk__covering__ranking_id__ranking",
    "fk__recheck__ranking_id__ranking",
}
TABLES = (access, brought, coverage, labelling, learning, pool, reports, simulations, uploads)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = database.connect(database_url).engine
    yield engine
    engine.dispose()


def is_compared(_: object, name: str | None, kind: str, *rest: object) -> bool:
    """Keys in whose place PostgreSQL has triggers are not; `test_belonging` says what they do."""
    return kind != "foreign_key_constraint" or name not in BY_TRIGGERS


def differences(connection: Connection) -> list[object]:
    options: dict[str, Any] = {"compare_type": True, "compare_server_default": True}
    if connection.dialect.name == "postgresql":
        options["include_object"] = is_compared
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, Base.metadata))


def test_a_migrated_database_has_the_tables_as_declared(engine: Engine) -> None:
    with engine.connect() as connection:
        assert differences(connection) == []
        assert migrate.is_current(connection)


def test_partial_indexes_are_the_declared_ones(engine: Engine) -> None:
    wanted = {
        (table.name, str(index.name)): index.unique
        for table in Base.metadata.sorted_tables
        for index in table.indexes
    }

    inspector = inspect(engine)
    there = {
        (table, str(index["name"])): bool(index["unique"])
        for table in inspector.get_table_names()
        for index in inspector.get_indexes(table)
    }

    assert wanted.items() <= there.items()


def test_migrating_again_changes_nothing(engine: Engine, database_url: str) -> None:
    migrate.upgrade(database_url)

    with engine.connect() as connection:
        assert differences(connection) == []


def test_migrations_lead_back_to_nothing_and_forth_again(engine: Engine, database_url: str) -> None:
    with engine.connect() as connection:
        back_to(connection, "base")
        left = set(inspect(connection).get_table_names())
        assert not migrate.is_current(connection)

    migrate.upgrade(database_url)

    assert left == {"alembic_version"}
    with engine.connect() as connection:
        assert differences(connection) == []


def test_projects_of_texts_that_were_there_have_the_encoder_they_had(
    api: Api, engine: Engine, database_url: str
) -> None:
    texts, vectors = api.make_project(input={"type": "text"}), api.make_project()
    with engine.connect() as connection:
        back_to(connection, "0005")

    migrate.upgrade(database_url)

    assert api.get(texts)["input"] == {"type": "text", "encoder": "tfidf"}
    assert api.get(vectors)["input"] == {"type": "vector", "dimensions": 2}
