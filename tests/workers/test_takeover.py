"""A stage that outlived its lease: who took it over has saved; the first holder saves nothing."""

import time
from datetime import timedelta
from uuid import UUID

import pytest

from service.domain.runs import Stage
from service.store import runs
from service.store.tables.learning import Ranking, Run, Version
from service.store.tables.pool import Shard
from tests.workers.conftest import Pool
from tests.workers.interrupted import interrupted
from tests.workers.loop import deliver


def everything(pool: Pool) -> list[object]:
    """All that stages write, in a form that can be compared."""
    runs = [(r.id, r.state, r.stage, r.fence, r.finished_at, r.reason) for r in pool.rows(Run)]
    shards = [(s.number, s.rows, s.features) for s in pool.rows(Shard)]
    versions = [(v.number, v.model) for v in pool.rows(Version)]
    rankings = [(r.number, r.order) for r in pool.rows(Ranking)]
    row = pool.row()
    used = (row.encoded, row.events_used, row.ranking_id, row.version_id, row.pool_changes)
    return [sorted(runs, key=str), sorted(shards), sorted(versions), sorted(rankings), used]


@pytest.mark.parametrize("stage", [Stage.ENCODE, Stage.RETRAIN, Stage.RANK])
def test_the_first_holder_saves_nothing_after_another_has_saved(pool: Pool, stage: Stage) -> None:
    pool.make(retrain={"min_labels": 10}).add(20)
    if stage is not Stage.ENCODE:
        pool.work()
        pool.label(*range(10))
    pool.work(until=stage)
    _, (run_id,) = pool.queue.sent.pop(0)
    after: list[object] = []

    def another_takes_over() -> None:
        pool.clock.advance(16)
        deliver(pool.runtime, stage, run_id)
        after.append(everything(pool))
        after.append(len(pool.queue.sent))

    deliver(interrupted(pool.runtime, another_takes_over), stage, run_id)

    assert [everything(pool), len(pool.queue.sent)] == after


def test_a_lease_is_renewed_while_the_work_goes_on(pool: Pool) -> None:
    pool.configure(run_lease_seconds=1)
    pool.make().add(20)
    _, (run_id,) = pool.queue.sent.pop(0)
    fences: list[int] = []

    def work_longer_than_a_lease() -> None:
        pool.clock.advance(0.6)
        deadline = time.monotonic() + 5
        while run_of(pool, run_id).lease_until != pool.clock.at + timedelta(seconds=1):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        pool.clock.advance(0.6)
        deliver(pool.runtime, Stage.ENCODE, run_id)
        fences.append(run_of(pool, run_id).fence)

    deliver(interrupted(pool.runtime, work_longer_than_a_lease), Stage.ENCODE, run_id)

    assert fences == [1]
    assert run_of(pool, run_id).state == "done"


def test_who_has_left_a_stage_prolongs_nothing(pool: Pool) -> None:
    pool.make(retrain={"min_labels": 10}).add(20)
    pool.work()
    pool.label(*range(10))
    pool.work(until=Stage.SCORE)
    _, (run_id, *_) = pool.queue.sent[0]
    fence = run_of(pool, run_id).fence

    with pool.runtime.sessions.begin() as session:
        lease = timedelta(seconds=15)
        is_renewed = runs.renew(session, run_id, fence, now=pool.clock(), lease=lease)

    assert not is_renewed
    pool.work()
    assert run_of(pool, run_id).state == "done"


def run_of(pool: Pool, run_id: UUID) -> Run:
    """A run's row."""
    found: Run = next(row for row in pool.rows(Run) if row.id == run_id)
    return found
