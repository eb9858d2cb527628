"""Fences, leases and retries of stages."""

from collections.abc import Sequence
from uuid import UUID

from service.domain.runs import Stage
from service.runtime import Runtime
from service.store.pieces import SCORED
from service.store.tables.learning import Run, Version
from tests.workers.conftest import Pool
from tests.workers.loop import deliver
from workers import retrain, stages
from workers.stages import Message


def _ready(pool: Pool) -> UUID:
    """A cycle whose retrain is next."""
    pool.make(retrain={"min_labels": 10}).add(20)
    pool.work()
    pool.label(*range(10))
    ((_, (run_id,)),) = pool.queue.take()
    return UUID(str(run_id))


def test_a_stage_that_is_somebodys_is_not_entered(pool: Pool) -> None:
    run_id = _ready(pool)
    entered = []

    def outer(runtime: Runtime, run: Run) -> Sequence[Message]:
        entered.append(run.fence)
        stages.attempt(runtime, Stage.RETRAIN, run_id, outer)
        return []

    stages.attempt(pool.runtime, Stage.RETRAIN, run_id, outer)

    assert entered == [1]


def test_a_stage_whose_lease_lapsed_is_taken_over_and_the_first_holder_saves_nothing(
    pool: Pool,
) -> None:
    run_id = _ready(pool)

    def slow(runtime: Runtime, run: Run) -> Sequence[Message]:
        pool.clock.advance(16)
        deliver(pool.runtime, Stage.RETRAIN, run_id)
        return retrain.run(runtime, run)

    stages.attempt(pool.runtime, Stage.RETRAIN, run_id, slow)
    pool.work()

    assert [version.number for version in pool.rows(Version)] == [1]
    assert pool.last_run()["state"] == "done"


def test_a_message_that_comes_twice_changes_nothing(pool: Pool) -> None:
    run_id = _ready(pool)

    for stage in (Stage.RETRAIN, Stage.RETRAIN, Stage.SCORE, Stage.SCORE):
        deliver(pool.runtime, stage, run_id)
    for _ in range(2):
        deliver(pool.runtime, Stage.SCORE, run_id, 0)
    for _ in range(2):
        deliver(pool.runtime, Stage.RANK, run_id)

    project = pool.api.get(pool.path)
    assert (project["version"]["number"], project["ranking"]["number"]) == (1, 3)
    assert pool.last_run()["state"] == "done"


def test_a_failing_stage_is_tried_again_later_and_then_the_run_is_failed_with_its_reason(
    pool: Pool,
) -> None:
    run_id = _ready(pool)

    def fails(_: Runtime, __: Run) -> Sequence[Message]:
        raise ZeroDivisionError("no rows")

    states = []
    for _ in range(pool.runtime.settings.run_attempts):
        stages.attempt(pool.runtime, Stage.RETRAIN, run_id, fails)
        states.append(pool.last_run()["state"])
        pool.clock.advance(60)

    assert states == ["running", "running", "running", "failed"]
    assert pool.last_run()["reason"] == "retrain failed 4 times: ZeroDivisionError: no rows"
    assert pool.api.get(pool.path)["ranking"]["number"] == 2


def test_a_stage_that_kills_its_workers_is_given_up(pool: Pool) -> None:
    run_id = _ready(pool)

    class Killed(BaseException):
        """What ends a process, as seen from inside."""

    def dies(_: Runtime, __: Run) -> Sequence[Message]:
        raise Killed

    for _ in range(pool.runtime.settings.run_attempts):
        try:
            stages.attempt(pool.runtime, Stage.RETRAIN, run_id, dies)
        except Killed:
            pool.clock.advance(16)
    deliver(pool.runtime, Stage.RETRAIN, run_id)

    assert pool.last_run()["state"] == "failed"
    assert pool.last_run()["reason"] == "retrain was given up: its workers died"


def test_a_failing_shard_fails_the_run_after_as_many_attempts(pool: Pool) -> None:
    run_id = _ready(pool)
    deliver(pool.runtime, Stage.RETRAIN, run_id)
    deliver(pool.runtime, Stage.SCORE, run_id)

    def fails(_: Runtime, __: object) -> Sequence[Message]:
        raise ZeroDivisionError

    for _ in range(pool.runtime.settings.run_attempts + 1):
        stages.attempt_piece(pool.runtime, SCORED, run_id, 0, fails)
        pool.clock.advance(60)

    assert pool.last_run()["state"] == "failed"
    assert pool.last_run()["reason"] == "score was given up at shard 0"


def test_a_cancelled_run_saves_nothing_and_its_labels_count_again(pool: Pool) -> None:
    run_id = _ready(pool)

    def slow(runtime: Runtime, run: Run) -> Sequence[Message]:
        task = retrain.run
        assert pool.api.call("DELETE", f"{pool.path}/runs/{run_id}").status_code == 204
        return task(runtime, run)

    stages.attempt(pool.runtime, Stage.RETRAIN, run_id, slow)
    again = pool.label(10)

    assert pool.rows(Version) == []
    assert again["run"]["state"] == "queued"


def test_who_scores_the_last_shard_sends_rank_and_nobody_else_does(pool: Pool) -> None:
    run_id = _ready(pool)
    deliver(pool.runtime, Stage.RETRAIN, run_id)
    deliver(pool.runtime, Stage.SCORE, run_id)
    pool.queue.take()

    deliver(pool.runtime, Stage.SCORE, run_id, 0)
    deliver(pool.runtime, Stage.SCORE, run_id, 0)

    assert pool.queue.take() == [(Stage.RANK, (run_id,))]
