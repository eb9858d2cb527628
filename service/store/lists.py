"""Lists as single parameters: a statement is built once, however many values it is given."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Self

from sqlalchemy import (
    BigInteger,
    Boolean,
    Dialect,
    Insert,
    String,
    Table,
    Text,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType, to_instance

from service.store import arrays
from service.store.database import is_sqlite


class Listed(TypeDecorator[Sequence[Any]]):
    """Many values as one: an array, or JSON where the database knows no arrays."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: TypeEngine[Any] | type[TypeEngine[Any]]) -> None:
        super().__init__()
        self.kind = kind

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Take an array if there are any."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        kind = to_instance(self.kind)
        # A text of a length would be cut to it in silence.
        cast_to = Text() if isinstance(kind, String) else kind
        return _Array(f"{dialect.type_compiler_instance.process(cast_to)}[]")

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        """Write JSON where there are no arrays, else an array as PostgreSQL reads one.

        The driver writes arrays too, but looks at every value for its type, several times.
        """
        if value is None:
            return None
        if dialect.name == "sqlite":
            return json.dumps(value)
        return "{" + arrays.words(value) + "}"


class _Array(UserDefinedType[str]):
    """A text that PostgreSQL takes for an array of a kind."""

    cache_ok = True
    render_bind_cast = True

    def __init__(self, spec: str) -> None:
        self.spec = spec

    def get_col_spec(self, **_: Any) -> str:
        """What a parameter is cast to."""
        return self.spec


class IsAmong(FunctionElement[bool]):
    """Condition that a column has one of the values of a `Listed` parameter."""

    type = Boolean()
    inherit_cache = True
    name = "is_among"

    def self_group(self, *_: Any, **__: Any) -> Self:
        """Stand as it is: `(…) = 1`, as for other functions on SQLite, would use no index."""
        return self


@compiles(IsAmong, "sqlite")
def _in_json(element: Any, compiler: SQLCompiler, **rest: Any) -> str:
    one, many = (compiler.process(each, **rest) for each in element.clauses)
    return " ".join(("(", one, "IN (SELECT value FROM json_each(", many, ")))"))


@compiles(IsAmong)
def _in_array(element: Any, compiler: SQLCompiler, **rest: Any) -> str:
    one, many = (compiler.process(each, **rest) for each in element.clauses)
    return f"({one} = ANY ({many}))"


class PlaceAmong(FunctionElement[int]):
    """Where in a `Listed` parameter a column's value stands; on SQLite, which is as quick in any
    order, the value itself."""

    type = BigInteger()
    inherit_cache = True
    name = "place_among"


@compiles(PlaceAmong, "sqlite")
def _value_itself(element: Any, compiler: SQLCompiler, **rest: Any) -> str:
    one, _ = element.clauses
    return str(compiler.process(one, **rest))


@compiles(PlaceAmong)
def _place_in_array(element: Any, compiler: SQLCompiler, **rest: Any) -> str:
    one, many = (compiler.process(each, **rest) for each in element.clauses)
    return f"array_position({many}, {one})"


def add_rows(
    session: Session,
    table: Any,
    same: Mapping[str, Any],
    columns: Mapping[str, Sequence[Any]],
    *,
    new_only: str | None = None,
) -> list[Any]:
    """Insert rows, given as values that they share and columns in which they differ.

    Args:
        new_only: leave out what a unique index forbids, and answer this column of the others.
    """
    connection = session.connection()
    if is_sqlite(session):
        rows = [
            {**same, **dict(zip(columns, row, strict=True))}
            for row in zip(*columns.values(), strict=True)
        ]
        plain = sqlite.insert(table)
        if new_only is None:
            connection.execute(plain, rows)
            return []
        wanted = table.c[new_only]
        return list(connection.scalars(plain.on_conflict_do_nothing().returning(wanted), rows))
    result = connection.execute(*as_one(table, same, columns, new_only=new_only))
    return [] if new_only is None else list(result.scalars())


def as_one(
    table: Any,
    same: Mapping[str, Any],
    columns: Mapping[str, Sequence[Any]],
    *,
    new_only: str | None = None,
) -> tuple[Insert, dict[str, Any]]:
    """The statement with which PostgreSQL adds rows, and what it is given, named by the table."""
    same = {each: at for each, at in _defaults(table).items() if each not in columns} | {**same}
    given = {f"{table.name}_{name}": value for name, value in (*same.items(), *columns.items())}
    return _from_arrays(table, tuple(same), tuple(columns), new_only), given


@cache
def _defaults(table: Table) -> Mapping[str, Any]:
    """What rows hold where nothing is said; in a statement that is sent with others before it,
    SQLAlchemy would leave it out."""
    return {
        each.name: each.default.arg
        for each in table.columns
        if isinstance(each.default, ScalarElementColumnDefault)
    }


@cache
def _from_arrays(
    table: Table, same: tuple[str, ...], columns: tuple[str, ...], new_only: str | None
) -> Insert:
    """One statement whatever the number of rows, which the server plans once."""
    kinds = {name: table.c[name].type for name in (*same, *columns)}
    arrays = (bindparam(f"{table.name}_{name}", type_=Listed(kinds[name])) for name in columns)
    fields = (column(name, kinds[name]) for name in columns)
    listed = func.unnest(*arrays).table_valued(*fields).render_derived()
    shared = (bindparam(f"{table.name}_{name}", type_=kinds[name]).label(name) for name in same)
    found = select(*shared, *(listed.c[name] for name in columns))
    statement = postgresql.insert(table).from_select([*same, *columns], found)
    if new_only is None:
        return statement
    return statement.on_conflict_do_nothing().returning(table.c[new_only])
