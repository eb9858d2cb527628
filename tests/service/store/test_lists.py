"""Lists as parameters: a condition on one is looked up, not tried on every row."""

import pytest
from sqlalchemy import BigInteger, bindparam, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.expression import Executable

from service.runtime import Runtime
from service.store.lists import IsAmong, Listed
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
