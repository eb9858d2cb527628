"""Statements of whose outcome nobody waits: sent as one where the database can take them so."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Insert, Update
from sqlalchemy.orm import Session

from service.store import lists
from service.store.database import is_sqlite

Write = Insert | Update


class Writes:
    """What is to be written in a transaction.

    On PostgreSQL a statement costs as much as several of the rows that it writes: so they wait
    for each other, until one is asked for an answer or a table is to be written once more. They
    are then sent as one, each part of which finds the tables as they were before all of them.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        """The transaction; who reads there what was to be written must `send` it before."""
        self._is_late = not is_sqlite(session)
        self._waiting: list[Write] = []
        self._given: dict[str, Any] = {}

    def add(self, statement: Write, given: Mapping[str, Any]) -> None:
        """Write this; what it is given is named as in no statement about another table."""
        if statement.table in [each.table for each in self._waiting]:
            self.send()
        self._waiting.append(statement)
        self._given |= given
        if not self._is_late:
            self.send()

    def add_rows(
        self, table: Any, same: Mapping[str, Any], columns: Mapping[str, Sequence[Any]]
    ) -> None:
        """Write rows, given as values that they share and columns in which they differ."""
        if self._is_late:
            self.add(*lists.as_one(table, same, columns))
        else:
            lists.add_rows(self.session, table, same, columns)

    def add_new(
        self,
        table: Any,
        same: Mapping[str, Any],
        columns: Mapping[str, Sequence[Any]],
        *,
        answer: str,
    ) -> list[Any]:
        """Write the rows that no unique index forbids, at once; answer one of their columns."""
        if not self._is_late:
            return lists.add_rows(self.session, table, same, columns, new_only=answer)
        self.add(*lists.as_one(table, same, columns, new_only=answer))
        return list(self._execute().scalars())

    def send(self) -> None:
        """Write all that waits."""
        if self._waiting:
            self._execute()

    def _execute(self) -> Any:
        waiting, given = self._waiting, self._given
        self._waiting, self._given = [], {}
        return self.session.connection().execute(_joined(*waiting), given)


@cache
def _joined(*statements: Write) -> Write:
    *first, last = statements
    ctes = [each.cte(f"write_{number}") for number, each in enumerate(first)]
    return last.add_cte(*ctes) if ctes else last
