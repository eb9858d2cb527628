"""A pool of many shards: a message names some of them, as many as keep the processes of a machine
busy, and each still counts by itself."""

from service.domain.runs import Stage
from tests.workers.conftest import Pool
from tests.workers.loop import deliver
from tests.workers.test_score import run_of


def test_many_shards_are_sent_a_few_at_a_time_and_counted_off_one_by_one(pool: Pool) -> None:
    pool.configure(shard_rows=2, worker_processes=10)
    pool.make(retrain={"min_labels": 10}, strategy="margin").add(40)
    pool.work()
    pool.label(*range(10))
    pool.work(until=Stage.SCORE)
    messages = pool.queue.take()
    run_id = messages[0][1][0]

    deliver(pool.runtime, Stage.SCORE, run_id, 3)  # as the sweep sends a late one
    left = [run_of(pool, run_id).shards_left]
    for _, ids in messages:
        deliver(pool.runtime, Stage.SCORE, *ids)
        left.append(run_of(pool, run_id).shards_left)

    assert [ids[1:] for _, ids in messages] == [(n, n + 1) for n in range(0, 20, 2)]
    assert left == [19, 17, 16, 14, 12, 10, 8, 6, 4, 2, 0]
    assert pool.queue.take() == [(Stage.RANK, (run_id,))]
