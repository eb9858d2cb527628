"""Many items that are looked at one after the other, however many there are."""

import random
from functools import partial

from sqlalchemy import select, update

from service.runtime import Runtime
from service.store import candidates
from service.store.candidates import Asking
from service.store.tables.pool import Item, Project
from tests.api import Api
from tests.service.statements import statements


def test_thousands_of_held_items_are_looked_at_a_stretch_at_a_time(
    api: Api, runtime: Runtime
) -> None:
    project = api.make_project(batch={"audit_share": 0})
    for first in range(0, 2_000, 1_000):
        api.add_vectors(project, {f"key-{first + number}": [0, 1] for number in range(1_000)})
    api.label(project, {"key-3": "fine", "key-1700": "defect"})

    with statements(runtime) as seen, runtime.sessions.begin() as session:
        asking = Asking(
            project=session.scalars(select(Project)).one(), annotators=("bob",), now=runtime.now()
        )
        found = candidates.standing(session, asking, range(1_990))

    assert found == {at: True for at in range(1_990) if at not in {3, 1_700}}
    assert len([each for each in seen if "EXISTS" in each]) == 4


def test_chance_looks_no_further_than_it_must(api: Api, runtime: Runtime) -> None:
    """Of 3,000 items two are open: those drawn are looked up a stretch at a time until found."""
    project = api.make_project(batch={"audit_share": 0})
    for first in range(0, 3_000, 1_000):
        api.add_vectors(project, {f"key-{first + number}": [0, 1] for number in range(1_000)})
    with runtime.sessions.begin() as session:
        row = session.scalars(select(Project)).one()
        many = (Item.project_id == row.id) & Item.position.not_in([7, 2_500])
        session.execute(update(Item).where(many).values(state="labelled"))

    with statements(runtime) as seen, runtime.sessions.begin() as session:
        asking = Asking(
            project=session.scalars(select(Project)).one(), annotators=("bob",), now=runtime.now()
        )
        chance = random.Random(1)
        draw = partial(candidates.at_random, session, asking, chance, limit=4, without=())
        drawn = [[each.position for each in draw()] for _ in range(20)]

    assert {tuple(sorted(each)) for each in drawn} == {(7, 2_500)}
    assert {tuple(each) for each in drawn} == {(7, 2_500), (2_500, 7)}
    # 80 at first, and then 2,000 of 3,000, 500 at a time, and then all that are open.
    assert len([each for each in seen if "EXISTS" in each]) == 20 * (1 + 4 + 1)


def test_chance_stops_where_it_has_enough(api: Api, runtime: Runtime) -> None:
    project = api.make_project(batch={"audit_share": 0})
    for first in range(0, 2_000, 1_000):
        api.add_vectors(project, {f"key-{first + number}": [0, 1] for number in range(1_000)})
    with runtime.sessions.begin() as session:
        row = session.scalars(select(Project)).one()
        many = (Item.project_id == row.id) & (Item.position % 100 != 0)
        session.execute(update(Item).where(many).values(state="labelled"))

    with statements(runtime) as seen, runtime.sessions.begin() as session:
        asking = Asking(
            project=session.scalars(select(Project)).one(), annotators=("bob",), now=runtime.now()
        )
        drawn = candidates.at_random(session, asking, random.Random(2), limit=3, without=())

    assert len({each.position for each in drawn}) == 3
    assert all(each.position % 100 == 0 for each in drawn)
    assert len([each for each in seen if "EXISTS" in each]) < 1 + 3
