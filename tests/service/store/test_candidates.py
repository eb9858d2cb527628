"""Many items that are looked at one after the other, however many there are."""

import random

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.runtime import Runtime
from service.store import candidates
from service.store.candidates import Asking
from service.store.tables.pool import Item, Project
from tests.api import Api
from tests.service.statements import statements


def pool(api: Api, items: int) -> str:
    project = api.make_project(batch={"audit_share": 0})
    for first in range(0, items, 1_000):
        api.add_vectors(project, {f"key-{first + number}": [0, 1] for number in range(1_000)})
    return project


def close_all_but(runtime: Runtime, positions: set[int]) -> None:
    with runtime.sessions.begin() as session:
        others = Item.position.not_in(positions)
        session.execute(update(Item).where(others).values(state="labelled"))


def bob(session: Session, runtime: Runtime) -> Asking:
    project = session.scalars(select(Project)).one()
    return Asking(project=project, annotators=("bob",), now=runtime.now())


def looks(seen: list[str]) -> int:
    return len([each for each in seen if "EXISTS" in each])


def test_thousands_of_held_items_are_looked_at_a_stretch_at_a_time(
    api: Api, runtime: Runtime
) -> None:
    project = pool(api, 2_000)
    api.label(project, {"key-3": "fine", "key-1700": "defect"})

    with statements(runtime) as seen, runtime.sessions.begin() as session:
        found = candidates.standing(session, bob(session, runtime), range(1_990))

    assert found == {at: True for at in range(1_990) if at not in {3, 1_700}}
    assert looks(seen) == 4


def test_chance_looks_a_stretch_at_a_time_and_then_at_all_that_is_open(
    api: Api, runtime: Runtime
) -> None:
    pool(api, 3_000)
    close_all_but(runtime, {7, 2_500})

    with statements(runtime) as seen, runtime.sessions.begin() as session:
        asking, chance = bob(session, runtime), random.Random(1)
        drawn = [
            candidates.at_random(session, asking, chance, limit=4, without=()) for _ in range(20)
        ]

    assert {tuple(each.position for each in some) for some in drawn} == {(7, 2_500), (2_500, 7)}
    # 80 at first, and then 2,000 of 3,000, 500 at a time, and then all that are open.
    assert looks(seen) == 20 * (1 + 4 + 1)


def test_chance_stops_where_it_has_enough(api: Api, runtime: Runtime) -> None:
    pool(api, 2_000)
    is_open = set(range(0, 2_000, 100))
    close_all_but(runtime, is_open)

    with statements(runtime) as seen, runtime.sessions.begin() as session:
        asking = bob(session, runtime)
        drawn = candidates.at_random(session, asking, random.Random(2), limit=3, without=())

    found = {each.position for each in drawn}
    assert len(found) == 3
    assert found < is_open
    assert looks(seen) < 1 + 3
