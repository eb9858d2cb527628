"""What is near to new labels is sought on the way of a scan, where it may come to be needed."""

from functools import partial
from itertools import count

import numpy as np
import pytest

from service.domain.runs import Stage
from service.store.tables.learning import Run, RunShard
from tests.fakes import FrozenClock
from tests.workers.conftest import Pool
from tests.workers.loop import deliver
from workers.neighbours import ENTRY


def test_seeking_neighbours_is_not_counted_as_scoring_which_is_quick_again(
    slow: Pool, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of each second of the process, the thread that seeks takes seven tenths.
    whole, apart = count(), count(step=0.7)
    monkeypatch.setattr("workers.score.process_time", partial(next, whole))
    monkeypatch.setattr("workers.score.thread_time", partial(next, apart))
    slow.label(*range(10, 20))
    slow.work(until=Stage.SAMPLE)
    slow.deliver_one()
    clock.pace = 0.2
    slow.work()
    scan = next(run for run in slow.rows(Run) if run.kind == "rescan")

    slow.label(*range(20, 30))
    done = slow.work()

    both = scan.seconds["score"] + scan.seconds["neighbours"]
    assert scan.seconds["neighbours"] == pytest.approx(0.7 * both, abs=1e-3)
    assert scan.seconds["score"] < 2 < both
    assert Stage.SAMPLE not in done


def test_all_shards_of_a_scan_seek_what_is_near_to_the_same_items(slow: Pool) -> None:
    slow.label(*range(10, 20))
    slow.work(until=Stage.SAMPLE)
    slow.deliver_one()
    slow.deliver_one()
    scan = [message for message in slow.queue.take() if message[0] is Stage.SCORE]
    for at, (stage, ids) in enumerate(scan):
        deliver(slow.runtime, stage, *ids)
        slow.label(100 + at)

    run = next(run for run in slow.rows(Run) if run.kind == "rescan")
    shards = [shard for shard in slow.rows(RunShard) if shard.run_id == run.id]

    points = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32)
    directions = points / np.linalg.norm(points, axis=1)[:, None]
    assert len(scan) == len(shards) == 5
    assert run.newest == list(range(20))
    for shard in shards:
        found = np.frombuffer(slow.runtime.blobs.path(shard.neighbours).read_bytes(), ENTRY)
        likeness = np.vecdot(directions[found["position"]], directions[found["row"]])
        np.testing.assert_allclose(likeness, found["likeness"], atol=1e-5)


@pytest.mark.parametrize(("seconds", "seeks"), [(0.9, False), (1.1, True)])
def test_neighbours_are_sought_once_a_scan_takes_half_of_the_time_there_is(
    slow: Pool, seconds: float, *, seeks: bool
) -> None:
    slow.took(seconds)
    slow.label(*range(10, 20))
    slow.work()

    run = max(
        (run for run in slow.rows(Run) if run.kind == "cycle"), key=lambda run: run.created_at
    )
    shards = [shard for shard in slow.rows(RunShard) if shard.run_id == run.id]
    assert run.newest == (list(range(20)) if seeks else None)
    assert [bool(shard.neighbours) for shard in shards] == [seeks] * 5
    assert (run.candidates is not None) == seeks
