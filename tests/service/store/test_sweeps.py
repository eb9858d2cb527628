"""Sweeps take turns; what is old goes."""

from datetime import timedelta

from sqlalchemy import func, select

from service.runtime import Runtime
from service.store import leases, projects, retention, run_shards, sweeps, watches
from service.store.tables.base import Base
from service.store.tables.labelling import Lease
from service.store.tables.learning import Run, RunShard
from service.store.tables.pool import Shard
from tests.api import Api
from tests.fakes import FrozenClock
from tests.service.rows import project_of, write_ranking, write_version

PAUSE = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def test_one_of_many_sweeps_in_each_pause(runtime: Runtime, clock: FrozenClock) -> None:
    def turn() -> bool:
        with runtime.sessions.begin() as session:
            return sweeps.take_turn(session, now=clock(), pause=PAUSE)

    first = [turn(), turn()]
    clock.advance(1)
    second = [turn(), turn()]

    assert first == second == [True, False]


def test_one_of_many_prunes_in_each_hour(runtime: Runtime, clock: FrozenClock) -> None:
    def prune() -> bool:
        with runtime.sessions.begin() as session:
            sweeps.take_turn(session, now=clock(), pause=PAUSE)
            return sweeps.take_prune(session, now=clock(), pause=HOUR)

    at_first = prune()
    clock.advance(3600)

    assert (at_first, prune(), prune()) == (False, True, False)


def test_a_sweep_is_due_when_it_would_find_something(
    api: Api, runtime: Runtime, clock: FrozenClock
) -> None:
    def due() -> bool:
        with runtime.readers() as session:
            return sweeps.is_due(session, now=clock(), prune_every=HOUR)

    assert due()
    with runtime.sessions.begin() as session:
        sweeps.take_turn(session, now=clock(), pause=PAUSE)
    assert not due()
    project = api.make_project(retrain={"max_wait_seconds": 60})
    api.post(f"{project}/runs", {}, 202)
    assert not due()
    clock.advance(10)
    assert due()
    with runtime.sessions.begin() as session:
        assert len(watches.list_stalled(session, now=clock(), limit=9)) == 1
        assert watches.list_stalled(session, now=clock(), limit=9) == []
    assert not due()
    api.add_vectors(project, {"a": [0, 1]})
    api.label(project, {"a": "fine"})
    with runtime.readers() as session:
        assert projects.list_due(session, now=clock(), limit=9) == []
        later = clock() + timedelta(seconds=60)
        assert len(projects.list_due(session, now=later, limit=9)) == 1


def test_leases_that_ran_out_are_closed(api: Api, runtime: Runtime, clock: FrozenClock) -> None:
    project = api.make_project(lease_seconds=10)
    api.add_vectors(project, {key: [0, 1] for key in "abc"})
    api.batch(project, 2)
    clock.advance(10)
    api.batch(project, 1, "ben")

    with runtime.sessions.begin() as session:
        closed = leases.expire_all(session, now=clock(), limit=100)
        states = sorted(str(state) for state in session.scalars(select(Lease.state)))

    assert closed + states.count("open") == len(states) - (states.count("expired") - closed)
    assert states.count("open") == 1


def test_a_deleted_project_goes_with_all_that_is_its_own(
    api: Api, runtime: Runtime, clock: FrozenClock
) -> None:
    project = api.make_project(retrain={"min_labels": 1})
    api.add_vectors(project, {"a": [0, 1], "b": [1, 0]})
    write_ranking(runtime, project, [0, 1], version=write_version(runtime, project))
    api.batch(project, 1)
    api.label(project, {"a": "fine"})
    api.call("DELETE", project, headers={"If-Match": "*"})

    with runtime.sessions.begin() as session:
        early = retention.drop_items_of_deleted(session, before=clock(), most=1)
        later = clock() + HOUR
        whole = retention.drop_deleted_projects(session, before=later)
        items = [retention.drop_items_of_deleted(session, before=later, most=1) for _ in range(3)]
        late = retention.drop_deleted_projects(session, before=later)
    with runtime.readers() as session:
        left = {
            table.name: session.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
        }
        referenced = retention.referenced_blobs(session)

    assert (early, whole, items, late) == (0, 0, [1, 1, 0], 1)
    kept = ("workspace", "api_key", "alembic_version")
    assert {name: rows for name, rows in left.items() if rows and name not in kept} == {}
    assert referenced == set()


def test_shard_lists_go_with_their_run_and_blobs_in_use_are_named(
    api: Api, runtime: Runtime, clock: FrozenClock
) -> None:
    project = api.make_project()
    version = write_version(runtime, project)
    ranking = write_ranking(runtime, project, range(3))
    run_id = api.post(f"{project}/runs", {}, 202)["id"]
    with runtime.sessions.begin() as session:
        row = project_of(session, project)
        shard = Shard(
            project_id=row.id, number=0, first_position=0, rows=3, features="f", moments="m"
        )
        session.add(shard)
        run = session.scalars(select(Run).where(Run.project_id == row.id)).one()
        run_shards.freeze(session, run.id, [shard], at=clock())
    api.call("DELETE", f"{project}/runs/{run_id}")
    with runtime.readers() as session:
        before = retention.referenced_blobs(session)

    with runtime.sessions.begin() as session:
        kept = retention.drop_old_run_shards(session, before=clock(), replaced_before=clock())
        gone = retention.drop_old_run_shards(
            session, before=clock() + HOUR, replaced_before=clock()
        )
        left = session.scalar(select(func.count()).select_from(RunShard))

    assert before == {"f", "m", version.model, ranking.order}
    assert (kept, gone, left) == (0, 1, 0)
