"""Items whose text, key or metadata hold words."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, Text, cast, func, or_, select
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
        here = (Payload.project_id == Item.project_id) & (Payload.position == Item.position)
        query = query.outerjoin(Payload, here)
    for word in words:
        query = query.where(_holds(session, project, word))
    return list(session.scalars(query.order_by(Item.position).limit(limit)))


def _holds(session: Session, project: Project, word: str) -> ColumnElement[bool]:
    """Condition: one of the places where words are sought holds this one, in any case.

    Metadata is searched as it is written, as JSON: names of its fields are found too.
    """
    sqlite = is_sqlite(session)
    # SQLite knows upper and lower case of ASCII only.
    spellings = {word, word.lower(), word.upper(), word.title()} if sqlite else {word}
    # What is empty is stored as JSON's null.
    notes = func.nullif(cast(Item.notes, Text), "null")
    conditions: list[ColumnElement[bool]] = []
    for each in sorted(spellings if not word.isascii() else {word}):
        conditions += [_contains(Item.key, each)]
        if project.input_type == InputType.TEXT:
            conditions += [_contains(Payload.text, each)]
        written = json.dumps(each, ensure_ascii=sqlite)[1:-1]
        conditions += [_contains(notes, written)]
    return or_(*conditions)


def _contains(column: SQLColumnExpression[Any], part: str) -> ColumnElement[bool]:
    for special in (_ESCAPE, "%", "_"):
        part = part.replace(special, _ESCAPE + special)
    return column.ilike(f"%{part}%", escape=_ESCAPE)
