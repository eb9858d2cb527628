"""Many items at once: PostgreSQL takes them by COPY, SQLite by one statement for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import psycopg
from psycopg.errors import UniqueViolation
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.store.tables.base import Base
from service.store.tables.pool import Item, Payload

_AT_ONCE = 2**20
_BEGIN, _END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"


class Taken(Exception):
    """A row is there already: of another upload, of a request, or of an earlier attempt."""


@dataclass(frozen=True, kw_only=True)
class Tuples:
    """Rows of one table in PostgreSQL's binary format, without what is before and behind them."""

    table: type[Base]
    columns: Sequence[str]
    data: memoryview


def copy(session: Session, every: Sequence[Tuples]) -> None:
    """Write rows into PostgreSQL, within the session's transaction.

    Raises:
        Taken: one of them is there; the transaction can only be rolled back.
    """
    connection = cast("psycopg.Connection[Any]", session.connection().connection.driver_connection)
    for tuples in every:
        names = ", ".join(f'"{name}"' for name in tuples.columns)
        statement = f'COPY "{tuples.table.__tablename__}" ({names}) FROM STDIN (FORMAT BINARY)'
        try:
            with connection.cursor() as cursor, cursor.copy(statement.encode()) as into:
                into.write(_BEGIN)
                for at in range(0, len(tuples.data), _AT_ONCE):
                    into.write(tuples.data[at : at + _AT_ONCE])
                into.write(_END)
        except UniqueViolation as error:
            raise Taken(str(error)) from None


def add(
    session: Session, items: Sequence[dict[str, Any]], payloads: Sequence[dict[str, Any]]
) -> None:
    """Write rows into SQLite.

    Raises:
        Taken: one of them is there; the transaction can only be rolled back.
    """
    try:
        session.execute(insert(Item), items)
        if payloads:
            session.execute(insert(Payload), payloads)
    except IntegrityError as error:
        raise Taken(str(error.orig)) from None
