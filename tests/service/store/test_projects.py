"""An item has a project: a key sees to it on SQLite, triggers on PostgreSQL."""

from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.domain.items import ItemState
from service.runtime import Runtime
from service.store.tables.labelling import Label
from service.store.tables.pool import Item, Payload, Project
from tests.api import Api
from tests.fakes import FrozenClock

HELD = (Item, Payload, Label)


def row(project_id: int, position: int) -> dict[str, Any]:
    return {
        "project_id": project_id,
        "position": position,
        "key": f"k{position}",
        "digest": b"digest",
        "state": ItemState.OPEN,
        "audit_draw": 0.5,
        "registered_at": FrozenClock()(),
    }


def counts(session: Session) -> list[int]:
    return [session.scalars(select(func.count()).select_from(table)).one() for table in HELD]


def test_an_item_of_no_project_is_refused_whatever_comes_with_it(
    api: Api, runtime: Runtime
) -> None:
    api.make_project()
    with runtime.readers() as session:
        there = session.scalars(select(Project.id)).one()

    with (
        pytest.raises(IntegrityError, match=r"(?i)foreign key|no project"),
        runtime.sessions.begin() as session,
    ):
        session.execute(insert(Item).values([row(there, 0), row(there + 1, 0)]))

    with runtime.readers() as session:
        assert counts(session) == [0, 0, 0]


def test_items_go_with_their_project_and_no_others(api: Api, runtime: Runtime) -> None:
    gone, stays = api.make_project(), api.make_project()
    api.add_vectors(gone, {"a": [0, 1], "b": [1, 0]})
    api.add_vectors(stays, {"a": [0, 1]})
    api.label(gone, {"a": "fine"})
    with runtime.readers() as session:
        first = session.scalars(select(func.min(Project.id))).one()
        assert counts(session) == [3, 3, 1]

    with runtime.sessions.begin() as session:
        session.execute(delete(Project).where(Project.id == first))

    with runtime.readers() as session:
        assert counts(session) == [1, 1, 0]
