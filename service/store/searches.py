"""Items whose text, key or metadata hold words."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, Text, cast, collate, func, or_, select
from sqlalchemy.orm import Session

from service.domain.catalogue import InputType
from service.store import items
from service.store.database import is_sqlite
from service.store.tables.pool import Item, Payload, Project

_ESCAPE = "\\"


def among(
    session: Session,
    project: Project,
    words: Sequence[str],
    *,
    state: str | None,
    first: int,
    end: int,
    limit: int,
    now: datetime,
) -> list[Item]:
    """Items at positions from `first` to before `end` that hold all words, in their order.

    There is no index for it: one of trigrams would be larger than the texts, take several times
    as long to write at each upload, and needs an extension; a stretch at a time reads no more than
    it is asked to.
    """
    query = items.in_state(select(Item), state, now).where(
        Item.project_id == project.id, Item.position >= first, Item.position < end
    )
    if project.input_type == InputType.TEXT:
        # The stretch is said of both tables, so that both are read in one go and not row by row.
        here = (
            (Payload.project_id == project.id)
            & (Payload.position == Item.position)
            & (Payload.position >= first)
            & (Payload.position < end)
        )
        query = query.outerjoin(Payload, here)
    for word in words:
        query = query.where(_holds(session, project, word))
    return list(session.scalars(query.order_by(Item.position).limit(limit)))


def _holds(session: Session, project: Project, word: str) -> ColumnElement[bool]:
    """Condition: one of the places where words are sought holds this one, in any case.

    Of letters beyond ASCII that is lower, upper or title case throughout: SQLite knows no more,
    and PostgreSQL takes three times as long to know it of every text. Metadata is searched as it
    is written, as JSON: names of its fields are found too.
    """
    sqlite = is_sqlite(session)
    spellings = {_plain(each) for each in (word, word.lower(), word.upper(), word.title())}
    # What is empty is stored as JSON's null.
    notes = func.nullif(cast(Item.notes, Text), "null")
    conditions: list[ColumnElement[bool]] = []
    for each in sorted(spellings):
        conditions += [_contains(Item.key, each, sqlite=sqlite)]
        if project.input_type == InputType.TEXT:
            conditions += [_contains(Payload.text, each, sqlite=sqlite)]
        written = json.dumps(each, ensure_ascii=sqlite)[1:-1]
        conditions += [_contains(notes, written, sqlite=sqlite)]
    return or_(*conditions)


def _plain(word: str) -> str:
    """A word with its ASCII letters in lower case."""
    return word.encode().lower().decode()


def _contains(column: SQLColumnExpression[Any], part: str, *, sqlite: bool) -> ColumnElement[bool]:
    for special in (_ESCAPE, "%", "_"):
        part = part.replace(special, _ESCAPE + special)
    # SQLite's LIKE takes ASCII letters in any case by itself.
    plain = column if sqlite else func.lower(collate(column, "C"))
    return plain.like(f"%{part}%", escape=_ESCAPE)
