"""Lists as parameters: they arrive as they were, and a condition on one is looked up."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import BigInteger, Boolean, Float, String, Uuid, bindparam, func, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.expression import Executable
from sqlalchemy.types import TypeEngine

from service.runtime import Runtime
from service.store.lists import IsAmong, Listed
from service.store.tables.base import Utc
from service.store.tables.pool import Item

AMONG = IsAmong(Item.position, bindparam("among", [7, 9], type_=Listed(BigInteger)))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "statement",
    [
        select(Item.key).where(Item.project_id == 1, AMONG),
        update(Item).where(Item.project_id == 1, AMONG).values(labels=1),
    ],
    ids=["select", "update"],
)
def test_items_of_a_list_are_looked_up_by_their_index(
    runtime: Runtime, statement: Executable
) -> None:
    compiled = statement.compile(dialect=sqlite.dialect())
    with runtime.sessions() as session:
        plan = session.connection().exec_driver_sql(
            f"EXPLAIN QUERY PLAN {compiled}", tuple(1 for _ in compiled.positiontup or ())
        )
        said = " ".join(str(row[-1]) for row in plan)

    assert "(project_id=? AND position=?)" in said
    assert "SCAN item" not in said


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (BigInteger(), [0, -1, None, 2**62]),
        (String(9), ["", "null", 'a "quoted", \\ {word}', " ü\n", None]),
        (Float(), [0.1, -1e300, 5e-324, float("inf"), None]),
        (Boolean(), [True, False, None]),
        (Uuid(), [UUID(int=7), None]),
        (Utc(), [datetime(2026, 11, 28, 13, 20, 27, 123456, tzinfo=UTC), None]),
        (BigInteger(), []),
        (BigInteger(), [3, -4]),
        (Float(), [0.1, 1e22, float("-inf")]),
        (String(), ["", "NULL", "a,b", "{c}", " ü\n", "None"]),
        (String(), ['"']),
        (String(), ["\\"]),
        (String(), ["a", '",", "']),
    ],
    ids=[
        "numbers",
        "words",
        "fractions",
        "truths",
        "ids",
        "moments",
        "none",
        "numbers alone",
        "fractions alone",
        "words alone",
        "a quote",
        "a backslash",
        "quotes",
    ],
)
def test_what_is_listed_arrives_as_it_was(
    runtime: Runtime, kind: TypeEngine[Any], values: list[Any]
) -> None:
    listed = func.unnest(bindparam("values", values, type_=Listed(kind)))
    with runtime.readers() as session:
        found = session.scalars(select(listed.column_valued("one"))).all()

    assert found == values
