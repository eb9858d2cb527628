"""The coverage order beside a ranking, from the workers to the batches."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from service.domain.runs import Stage
from service.store.tables.coverage import Covering
from tests.fakes import RecordingQueue
from tests.workers.conftest import Pool
from tests.workers.loop import deliver
from tests.workers.test_cluster import clusters_of

HALF = {"batch": {"audit_share": 0.0, "coverage_share": 0.5}}


@dataclass
class LookingQueue(RecordingQueue):
    """A queue that looks at something whenever a message is sent."""

    look: Callable[[], int] = int
    seen: list[tuple[Stage, int]] = field(default_factory=list)

    def start(self, stage: Stage, *ids: Any) -> bool:
        """Keep the message, and what there was to be seen."""
        self.seen.append((Stage(stage), self.look()))
        return super().start(stage, *ids)


def number(item: Any) -> int:
    return int(item["key"].partition("-")[2])


def covering(pool: Pool, size: int) -> list[Any]:
    """Items of a batch that are there for coverage."""
    batch = pool.api.batch(pool.path, size)["items"]
    return [item for item in batch if item["reason"] == "coverage"]


def test_coverage_asks_clusters_in_turn_the_largest_first(pool: Pool) -> None:
    pool.make(**HALF).add(120)
    pool.work()
    clusters = clusters_of(pool)[1]
    rows = sorted(pool.rows(Covering), key=lambda row: row.place)

    items = covering(pool, 40)

    assert [row.cluster for row in rows[:20]] == [clusters[row.position] for row in rows[:20]]
    assert len({row.cluster for row in rows[:15]}) >= 12
    sizes = [(clusters == row.cluster).sum() for row in rows[:5]]
    assert sizes == sorted(sizes, reverse=True)
    assert {number(item) for item in items} == {row.position for row in rows[:20]}
    probabilities = {row.position: row.probability for row in rows}
    for item in items:
        assert item["probability_of_selection"] == pytest.approx(probabilities[number(item)])
    log = pool.api.get(f"{pool.path}/selections?limit=1000")["data"]
    assert {row["strategy"] for row in log if row["reason"] == "coverage"} == {"least_covered"}


def test_what_is_labelled_or_was_served_for_coverage_counts_as_covered(pool: Pool) -> None:
    pool.make(**HALF, retrain={"min_labels": 1, "max_wait_seconds": 0}).add(120)
    pool.work()
    served = covering(pool, 4)
    clusters = clusters_of(pool)[1]
    largest = max(set(clusters), key=lambda each: (clusters == each).sum())
    members = [n for n in range(120) if clusters[n] == largest]
    other = next(n for n in range(120) if pool.side(f"0-{n}") != pool.side(f"0-{members[0]}"))
    first = {int(clusters[number(item)]) for item in served}
    assert int(largest) in first

    pool.label(*members[: len(members) // 2], other)
    pool.work()

    used = pool.row().ranking_id
    rows = [row for row in pool.rows(Covering) if row.ranking_id == used]
    assert rows
    assert not set(members[: len(members) // 2]) & {row.position for row in rows}
    assert not first & {row.cluster for row in rows if row.place <= 10}


def test_the_reserve_and_what_is_closed_are_in_no_coverage_order(pool: Pool) -> None:
    pool.make(batch={"audit_share": 0.1, "coverage_share": 0.5}, retrain={"min_labels": 5})
    pool.add(150)
    pool.label(*range(10))
    assert pool.api.call("DELETE", f"{pool.path}/items/0-20").status_code == 204

    pool.work()

    positions = {row.position for row in pool.rows(Covering)}
    counts = pool.api.get(pool.path)["counts"]
    assert not positions & {*range(10), 20}
    assert len(positions) <= 139 - counts["audit"] + 10
    served = [covering(pool, 10) for _ in range(6)]
    assert all(len(each) == 5 for each in served)


def test_behind_the_coverage_order_items_are_drawn_at_random(pool: Pool) -> None:
    pool.make(**HALF).add(700).add(700, seed=2)
    pool.work()

    shares = [covering(pool, 100) for _ in range(3)]

    assert len(pool.rows(Covering)) == 1_000
    assert [len(each) for each in shares] == [50, 50, 50]
    pool.clock.advance(10_000)
    pool.add(400, seed=1)  # ranked, and clustered after that
    pool.work()
    assert len(covering(pool, 100)) == 50


def test_the_next_cycle_is_sent_before_the_coverage_order_is_written(pool: Pool) -> None:
    pool.make(**HALF, retrain={"min_labels": 10, "max_wait_seconds": 0}).add(120)
    pool.work()
    pool.label(*range(20))
    pool.work(until=Stage.RANK)
    pool.label(*range(20, 60))
    ((stage, (run_id,)),) = pool.queue.take()
    rows = len(pool.rows(Covering))
    queue = LookingQueue(look=lambda: len(pool.rows(Covering)))

    deliver(replace(pool.runtime, queue=queue), stage, run_id)

    assert queue.seen[0] == (Stage.RETRAIN, rows)
    assert len(pool.rows(Covering)) > rows
