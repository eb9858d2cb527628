"""Rows have what they belong to, and go with it: by keys on SQLite, by triggers on PostgreSQL."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.domain.items import ItemState
from service.runtime import Runtime
from service.store.tables.coverage import Covering, Recheck
from service.store.tables.labelling import Batch, Label, Lease, Selection
from service.store.tables.learning import Ranked, Ranking
from service.store.tables.pool import Item, Payload, Project
from tests.api import Api
from tests.fakes import FrozenClock
from tests.service.rows import PLAIN, write_ranking

HELD = (Item, Payload, Lease, Selection, Label, Ranked)
NOW = FrozenClock()()
NOWHERE = 7
"""A position that no item has."""


def row(project_id: int, position: int) -> dict[str, Any]:
    return {
        "project_id": project_id,
        "position": position,
        "key": f"k{position}",
        "digest": b"digest",
        "state": ItemState.OPEN,
        "audit_draw": 0.5,
        "registered_at": NOW,
    }


def counts(session: Session) -> list[int]:
    return [session.scalars(select(func.count()).select_from(table)).one() for table in HELD]


def lease(project_id: int, position: int, batch: UUID) -> dict[str, Any]:
    whose = {"project_id": project_id, "position": position, "annotator": "ben"}
    return {**whose, "slot": 1, "batch_id": batch, "state": "open", "expires_at": NOW}


def selection(project_id: int, position: int, batch: UUID) -> dict[str, Any]:
    whose = {"project_id": project_id, "position": position, "annotator": "ben"}
    return {**whose, "place": 1, "batch_id": batch, "reason": "x", "strategy": "y", "at": NOW}


def label(project_id: int, position: int, _: UUID) -> dict[str, Any]:
    whose = {"project_id": project_id, "position": position, "annotator": "ben"}
    return {**whose, "id": uuid4(), "value": 0, "is_current": True, "at": NOW}


def worked_on(api: Api, runtime: Runtime) -> str:
    """A project with two items that were served, one of them labelled."""
    project = api.make_project(batch=PLAIN)
    api.add_vectors(project, {"a": [0, 1], "b": [1, 0]})
    write_ranking(runtime, project, [0, 1])
    api.batch(project, 2)
    api.label(project, {"a": "fine"})
    return project


def first_project(session: Session) -> int:
    return session.scalars(select(func.min(Project.id))).one()


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
        assert counts(session) == [0] * len(HELD)


@pytest.mark.parametrize(
    ("table", "of_item"), [(Lease, lease), (Selection, selection), (Label, label)]
)
def test_what_is_of_no_item_is_refused_with_all_that_comes_with_it(
    api: Api, runtime: Runtime, table: Any, of_item: Any
) -> None:
    worked_on(api, runtime)
    with runtime.readers() as session:
        project_id, before = first_project(session), counts(session)
        batch = session.scalars(select(Batch.id)).one()
    rows = [of_item(project_id, at, batch) for at in (1, NOWHERE)]

    with (
        pytest.raises(IntegrityError, match=r"(?i)foreign key|no item"),
        runtime.sessions.begin() as session,
    ):
        session.execute(insert(table).values(rows))

    with runtime.readers() as session:
        assert counts(session) == before


@pytest.mark.parametrize(
    ("table", "more"),
    [
        (Ranked, {"score": 0.5}),
        (Covering, {"cluster": 0, "probability": 0.5}),
        (Recheck, {"kind": "doubt"}),
    ],
)
def test_a_place_in_no_ranking_is_refused(
    api: Api, runtime: Runtime, table: Any, more: dict[str, Any]
) -> None:
    worked_on(api, runtime)
    with runtime.readers() as session:
        last = session.scalars(select(func.max(Ranking.id))).one()

    with (
        pytest.raises(IntegrityError, match=r"(?i)foreign key|no ranking"),
        runtime.sessions.begin() as session,
    ):
        session.execute(insert(table).values(ranking_id=last + 1, place=1, position=0, **more))


def test_what_belongs_to_items_goes_with_them_and_nothing_else(api: Api, runtime: Runtime) -> None:
    worked_on(api, runtime)
    worked_on(api, runtime)
    with runtime.sessions.begin() as session:
        first = first_project(session)
        assert counts(session) == [4, 4, 4, 4, 2, 4]
        session.execute(delete(Item).where(Item.project_id == first, Item.position == 0))

    with runtime.readers() as session:
        assert counts(session) == [3, 3, 3, 3, 1, 4]
        left = select(Lease.position).where(Lease.project_id == first)
        assert session.scalars(left).all() == [1]


def test_all_goes_with_a_project_and_nothing_of_another(api: Api, runtime: Runtime) -> None:
    worked_on(api, runtime)
    worked_on(api, runtime)

    with runtime.sessions.begin() as session:
        session.execute(delete(Project).where(Project.id == first_project(session)))

    with runtime.readers() as session:
        assert counts(session) == [2, 2, 2, 2, 1, 2]
