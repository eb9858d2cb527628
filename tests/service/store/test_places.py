"""Orders kept as rows: written once beside a ranking, read on from a place."""

from service.domain.catalogue import Asked
from service.runtime import Runtime
from service.store import coverings, rankings, rechecks
from tests.api import Api
from tests.service.rows import write_ranking


def test_an_order_is_written_once_and_read_on_behind_a_place(api: Api, runtime: Runtime) -> None:
    ranking = write_ranking(runtime, api.make_project(), range(5))

    with runtime.sessions.begin() as session:
        written = [
            coverings.add(session, ranking.id, [(at, 0, 0.5) for at in order])
            for order in ([], [7, 3, 5], [1])
        ]
        read = [coverings.next_rows(session, ranking.id, after) for after in (0, 2, 3)]

    assert written == [False, True, False]
    assert read == [[(1, 7, 0.5), (2, 3, 0.5), (3, 5, 0.5)], [(3, 5, 0.5)], []]


def test_orders_beside_a_ranking_are_told_apart(api: Api, runtime: Runtime) -> None:
    first, second = (write_ranking(runtime, api.make_project(), range(5)) for _ in range(2))

    with runtime.sessions.begin() as session:
        written = [
            rechecks.add(session, first.id, Asked.DOUBT, [(4, -0.25, None)]),
            rechecks.add(session, first.id, Asked.BLIND_REPEAT, [(2, None, 0.125)]),
            rechecks.add(session, second.id, Asked.DOUBT, [(1, -0.5, None)]),
        ]
        read = [
            rechecks.next_rows(session, ranking.id, asked, 0)
            for ranking in (first, second)
            for asked in Asked
        ]

    assert written == [True, True, True]
    assert read == [[(1, 4, -0.25)], [(1, 2, 0.125)], [(1, 1, -0.5)], []]


def test_a_ranking_is_read_in_stretches(api: Api, runtime: Runtime) -> None:
    ranking = write_ranking(runtime, api.make_project(), range(5))

    with runtime.readers() as session:
        rows = rankings.next_rows(session, ranking.id, after=1, limit=2)

    assert [(place, position) for place, position, _ in rows] == [(2, 1), (3, 2)]


def test_nothing_is_written_beside_a_ranking_that_is_gone(api: Api, runtime: Runtime) -> None:
    with runtime.sessions.begin() as session:
        assert not coverings.add(session, 99, [(0, 0, 0.5)])
        assert not rechecks.add(session, 99, Asked.DOUBT, [(0, 0.5, None)])
