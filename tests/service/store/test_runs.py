"""Runs: entered by one at a time, saved only under the fence that holds."""

from datetime import timedelta
from uuid import UUID

from service.domain.runs import RunState, Stage
from service.runtime import Runtime
from service.store import run_shards, runs, watches
from service.store.pieces import SCORED
from service.store.tables.learning import Run
from service.store.tables.pool import Shard
from tests.api import Api
from tests.fakes import FrozenClock
from tests.service.rows import project_of

LEASE = timedelta(seconds=15)


def queued(api: Api) -> UUID:
    return UUID(api.post(f"{api.make_project()}/runs", {}, 202)["id"])


def enter(runtime: Runtime, run_id: UUID, stage: Stage = Stage.RETRAIN) -> Run | None:
    with runtime.sessions.begin() as session:
        return runs.enter(session, run_id, stage, now=runtime.now(), lease=LEASE)


def test_a_stage_is_one_workers_until_its_lease_lapses(
    api: Api, runtime: Runtime, clock: FrozenClock
) -> None:
    run_id = queued(api)

    first, second = enter(runtime, run_id), enter(runtime, run_id)
    wrong_stage = enter(runtime, run_id, Stage.RANK)
    clock.advance(10)
    with runtime.sessions.begin() as session:
        renewed = runs.renew(session, run_id, 1, now=clock(), lease=LEASE)
    clock.advance(14)
    still_held = enter(runtime, run_id)
    clock.advance(1)
    taken_over = enter(runtime, run_id)

    assert first is not None
    assert (second, wrong_stage, still_held) == (None, None, None)
    assert renewed
    assert taken_over is not None
    assert (first.fence, taken_over.fence, taken_over.attempts) == (1, 2, 2)


def test_who_was_taken_over_changes_nothing(api: Api, runtime: Runtime, clock: FrozenClock) -> None:
    run_id = queued(api)
    stale = enter(runtime, run_id)
    clock.advance(15)
    fresh = enter(runtime, run_id)
    assert stale is not None
    assert fresh is not None

    with runtime.sessions.begin() as session:
        late = runs.move(session, stale, now=clock(), stage=Stage.SCORE)
        held = [runs.find_held(session, run_id, fence) is not None for fence in (1, 2)]
        renewed = runs.renew(session, run_id, 1, now=clock(), lease=LEASE)
        let_go = runs.let_go(session, run_id, 1, wake_at=clock(), reason="failed")
        first = runs.move(session, fresh, now=clock(), stage=Stage.SCORE)
        second = runs.move(session, fresh, now=clock(), stage=Stage.SCORE)

    assert (late, held, renewed, let_go) == (False, [False, True], False, False)
    assert (first, second) == (True, False)


def test_a_stage_that_failed_waits_to_be_tried_again(
    api: Api, runtime: Runtime, clock: FrozenClock
) -> None:
    run_id = queued(api)
    enter(runtime, run_id)

    with runtime.sessions.begin() as session:
        wake_at = clock() + timedelta(seconds=3)
        assert runs.let_go(session, run_id, 1, wake_at=wake_at, reason="no memory")
        early = watches.is_any_stalled(session, now=clock())
        late = watches.is_any_stalled(session, now=wake_at)

    assert (early, late) == (False, True)
    again = enter(runtime, run_id)
    assert again is not None
    assert (again.attempts, again.reason) == (2, "no memory")


def test_the_last_shard_to_finish_reads_zero_and_none_counts_twice(
    api: Api, runtime: Runtime, clock: FrozenClock
) -> None:
    run_id = queued(api)
    run = enter(runtime, run_id)
    assert run is not None
    shards = [
        Shard(project_id=run.project_id, number=n, first_position=10 * n, rows=10, features="f")
        for n in range(3)
    ]
    with runtime.sessions.begin() as session:
        run_shards.freeze(session, run_id, shards, at=clock())
        run_shards.freeze(session, run_id, [], at=clock())
        runs.move(session, run, now=clock(), stage=Stage.SCORE, shards=3, shards_left=3)

    with runtime.sessions.begin() as session:
        entered = [
            SCORED.enter(session, run_id, 0, now=clock(), lease=LEASE) is not None for _ in range(2)
        ]
        renewed = [
            SCORED.renew(session, run_id, 0, attempt, now=clock(), lease=LEASE)
            for attempt in (1, 2)
        ]
        SCORED.let_go(session, run_id, 0, 0, wake_at=clock())  # another attempt has it
        SCORED.let_go(session, run_id, 1, 0, wake_at=clock())
        stalled = SCORED.list_stalled(session, now=clock(), limit=9)
        left = [
            SCORED.finish(session, run_id, number, scores="s", predictions="p")
            for number in (0, 0, 1, 2)
        ]
        done = run_shards.list_for(session, run_id)
        holding = run_shards.find_at(session, run_id, 19)

    assert (entered, renewed) == ([True, False], [True, False])
    assert stalled == [(run_id, 1)]
    assert left == [2, None, 1, 0]
    assert [(shard.number, shard.is_done) for shard in done] == [(0, True), (1, True), (2, True)]
    assert holding is not None
    assert holding.number == 1


def test_shards_of_a_cancelled_run_are_too_late(
    api: Api, runtime: Runtime, clock: FrozenClock
) -> None:
    run_id = queued(api)
    run = enter(runtime, run_id)
    assert run is not None
    shard = Shard(project_id=run.project_id, number=0, first_position=0, rows=1, features="f")
    with runtime.sessions.begin() as session:
        run_shards.freeze(session, run_id, [shard], at=clock())
        runs.move(session, run, now=clock(), stage=Stage.SCORE, shards=1, shards_left=1)
        runs.stop(session, run_id, RunState.CANCELLED, now=clock(), reason="asked")

    with runtime.sessions.begin() as session:
        assert SCORED.enter(session, run_id, 0, now=clock(), lease=LEASE) is None
        assert SCORED.finish(session, run_id, 0, scores="s", predictions="p") is None
        assert not SCORED.is_any_stalled(session, now=clock() + LEASE)


def test_runs_of_projects_live_apart(api: Api, runtime: Runtime) -> None:
    first, second = api.make_project(), api.make_project()
    api.post(f"{first}/runs", {}, 202)

    with runtime.readers() as session:
        row = project_of(session, second)
        assert runs.list_for(session, row.id, before=None, limit=9) == []
