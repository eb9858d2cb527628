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


class Taken(Exception):
    """A row is there already: of another upload, of a request, or of an earlier attempt."""


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Rows of one table in PostgreSQL's text format."""

    table: type[Base]
    columns: Sequence[str]
    data: memoryview


def copy(session: Session, every: Sequence[Lines]) -> None:
    """Write rows into PostgreSQL, within the session's transaction.

    Raises:
        Taken: one of them is there; the transaction can only be rolled back.
    """
    connection = cast("psycopg.Connection[Any]", session.connection().connection.driver_connection)
    for lines in every:
        names = ", ".join(f'"{name}"' for name in lines.columns)
        statement = f'COPY "{lines.table.__tablename__}" ({names}) FROM STDIN'
        try:
            with connection.cursor() as cursor, cursor.copy(statement.encode()) as into:
                for at in range(0, len(lines.data), _AT_ONCE):
                    into.write(lines.data[at : at + _AT_ONCE])
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
