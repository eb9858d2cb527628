"""Rankings: refilled from their blob, dropped when out of use."""

from sqlalchemy import func, select

from service.runtime import Runtime
from service.store import rankings
from service.store.tables.learning import Ranked, Ranking
from tests.api import Api
from tests.service.rows import project_of, write_ranking


def stored(runtime: Runtime, ranking: Ranking) -> list[tuple[int, int]]:
    with runtime.readers() as session:
        query = select(Ranked.place, Ranked.position).where(Ranked.ranking_id == ranking.id)
        return [(place, position) for place, position in session.execute(query.order_by("place"))]


def test_a_refill_goes_on_where_the_rows_end(api: Api, runtime: Runtime) -> None:
    project = api.make_project()
    order = list(range(5000, 0, -1))
    ranking = write_ranking(runtime, project, order, stored=10)

    refills = []
    for _ in range(4):
        with runtime.sessions.begin() as session:
            row = rankings.find(session, ranking.id)
            assert row is not None
            refills.append((rankings.refill(session, runtime.blobs, row), row.stored))

    assert refills == [(True, 2010), (True, 4010), (True, 5000), (False, 5000)]
    assert stored(runtime, ranking) == list(enumerate(order, 1))


def test_who_finds_the_refill_done_changes_nothing(api: Api, runtime: Runtime) -> None:
    project = api.make_project()
    ranking = write_ranking(runtime, project, range(100), stored=10)

    with runtime.readers() as session:
        stale = rankings.find(session, ranking.id)
        assert stale is not None
        session.expunge(stale)
    with runtime.sessions.begin() as session:
        fresh = rankings.find(session, ranking.id)
        assert fresh is not None
        rankings.refill(session, runtime.blobs, fresh)
    with runtime.sessions.begin() as session:
        session.add(stale)
        assert rankings.refill(session, runtime.blobs, stale)
        assert stale.stored == 100

    assert len(stored(runtime, ranking)) == 100


def test_rows_of_rankings_before_the_last_are_dropped(api: Api, runtime: Runtime) -> None:
    project = api.make_project()
    written = [write_ranking(runtime, project, range(5)) for _ in range(4)]

    with runtime.sessions.begin() as session:
        rankings.drop_old_rows(session, project_of(session, project).id)

    with runtime.readers() as session:
        query = select(Ranked.ranking_id, func.count()).group_by(Ranked.ranking_id)
        counts = dict(tuple(row) for row in session.execute(query))
    assert counts == {written[2].id: 5, written[3].id: 5}
