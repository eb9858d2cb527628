"""Columns of many rows, read as one list each: a row as an object costs ten times as much."""

import json
from typing import Any

from sqlalchemy import Dialect, Select, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


class _List(TypeDecorator[list[Any]]):
    """An array, or JSON where the database knows no arrays; without rows nothing."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> list[Any]:
        """Read either as a list."""
        return list(json.loads(value)) if dialect.name == "sqlite" else value or []


class _Gathered(FunctionElement[list[Any]]):
    """All values of a column."""

    type = _List()
    inherit_cache = True
    name = "gathered"


@compiles(_Gathered, "sqlite")
def _as_json(element: Any, compiler: SQLCompiler, **rest: Any) -> str:
    return f"json_group_array({compiler.process(element.clauses, **rest)})"


@compiles(_Gathered)
def _as_array(element: Any, compiler: SQLCompiler, **rest: Any) -> str:
    return f"array_agg({compiler.process(element.clauses, **rest)})"


def read(session: Session, query: Select[*tuple[Any, ...]]) -> list[list[Any]]:
    """Give each column of a query as a list; what stands at one place is of one row.

    Args:
        query: of plain columns, integers or texts. Rows come as the database finds them: to put
            a hundred thousand in order, or to leave out what is there twice, takes it five times
            as long as to read them. A column is one value, of which PostgreSQL takes 1 GB: tens of
            millions of integers.
    """
    gathered = query.with_only_columns(*(_Gathered(each) for each in query.selected_columns))
    return list(session.execute(gathered).one())
