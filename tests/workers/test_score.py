"""Scoring: the frozen list of shards, the barrier that counts them off, and what is written."""

from uuid import UUID

import numpy as np
import pytest

from service.domain.runs import Stage
from service.store import predictions
from service.store.tables.learning import Run, RunShard, Version
from tests.workers.conftest import Pool
from tests.workers.interrupted import interrupted
from tests.workers.loop import deliver
from workers.learning import fitted
from workers.pool import models


@pytest.fixture
def scored(pool: Pool) -> tuple[Pool, UUID]:
    """A pool in shards of eight rows, and a cycle on it whose list of shards is frozen."""
    pool.configure(shard_rows=8)
    pool.make(retrain={"min_labels": 10}).add(20)
    pool.work()
    pool.label(*range(10))
    pool.work(until=Stage.SCORE)
    run_id = pool.queue.sent[0][1][0]
    assert pool.queue.take() == [(Stage.SCORE, (run_id, number)) for number in range(3)]
    return pool, run_id


def shards_of(pool: Pool, run_id: UUID) -> list[RunShard]:
    """The list that a run froze."""
    found = [row for row in pool.rows(RunShard) if row.run_id == run_id]
    return sorted(found, key=lambda row: row.number)


def run_of(pool: Pool, run_id: UUID) -> Run:
    """A run's row."""
    found: Run = next(row for row in pool.rows(Run) if row.id == run_id)
    return found


def test_the_list_of_shards_is_frozen_and_later_ones_wait_for_the_next_run(
    scored: tuple[Pool, UUID],
) -> None:
    pool, run_id = scored
    pool.add(9, seed=1)
    pool.work()

    deliver(pool.runtime, Stage.SCORE, run_id)
    messages = pool.queue.take()
    assert messages == [(Stage.SCORE, (run_id, number)) for number in range(3)]
    assert [shard.rows for shard in shards_of(pool, run_id)] == [8, 8, 4]

    pool.queue.sent = messages
    pool.work()
    assert pool.last_run()["id"] != str(run_id)
    assert pool.last_run()["state"] == "done"
    assert len(pool.order()) == 19


def test_the_barrier_opens_with_the_last_shard_whatever_the_order(
    scored: tuple[Pool, UUID],
) -> None:
    pool, run_id = scored
    left, sent = [], []

    for number in (2, 0, 1):
        deliver(pool.runtime, Stage.SCORE, run_id, number)
        left.append(run_of(pool, run_id).shards_left)
        sent.append(pool.queue.take())

    assert left == [2, 1, 0]
    assert sent == [[], [], [(Stage.RANK, (run_id,))]]
    assert run_of(pool, run_id).stage == Stage.RANK


def test_a_second_finisher_of_a_shard_changes_nothing(scored: tuple[Pool, UUID]) -> None:
    pool, run_id = scored

    def another_is_quicker() -> None:
        pool.clock.advance(16)
        deliver(pool.runtime, Stage.SCORE, run_id, 0)

    deliver(interrupted(pool.runtime, another_is_quicker), Stage.SCORE, run_id, 0)

    assert run_of(pool, run_id).shards_left == 2
    assert pool.queue.take() == []


def test_a_shard_that_is_finished_after_the_run_was_cancelled_sends_nobody_on(
    scored: tuple[Pool, UUID],
) -> None:
    pool, run_id = scored
    deliver(pool.runtime, Stage.SCORE, run_id, 0)
    deliver(pool.runtime, Stage.SCORE, run_id, 1)

    def cancel() -> None:
        assert pool.api.call("DELETE", f"{pool.path}/runs/{run_id}").status_code == 204

    deliver(interrupted(pool.runtime, cancel), Stage.SCORE, run_id, 2)

    assert pool.queue.take() == []
    assert run_of(pool, run_id).state == "cancelled"
    assert run_of(pool, run_id).shards_left == 1


def test_messages_that_pile_up_do_not_use_up_the_attempts(scored: tuple[Pool, UUID]) -> None:
    pool, run_id = scored

    for _ in range(2 * pool.runtime.settings.run_attempts):
        deliver(pool.runtime, Stage.SCORE, run_id)

    assert run_of(pool, run_id).state == "running"
    pool.work()
    assert run_of(pool, run_id).state == "done"


def test_what_is_stored_of_each_item_is_what_the_version_says(scored: tuple[Pool, UUID]) -> None:
    pool, run_id = scored
    deliver(pool.runtime, Stage.SCORE, run_id)
    pool.work(until=Stage.RANK)
    row: Version = pool.rows(Version)[-1]
    points = np.random.default_rng(0).normal(size=(20, 2)).astype(np.float32)
    model = models.load(pool.runtime.blobs.path(row.model), row.model)

    said = fitted.outputs(model, points)

    stored = [
        predictions.read(
            pool.runtime.blobs, str(shard.predictions), rows=shard.rows, row=at, classes=2
        )
        for shard in shards_of(pool, run_id)
        for at in range(shard.rows)
    ]
    assert [each.label for each in stored] == said.label.tolist()
    assert np.array([each.probabilities for each in stored]) == pytest.approx(said.proba, abs=1e-3)


def test_shards_that_have_not_changed_are_not_scored_again(scored: tuple[Pool, UUID]) -> None:
    pool, run_id = scored
    deliver(pool.runtime, Stage.SCORE, run_id)
    pool.work()
    before = shards_of(pool, run_id)

    pool.add(10, seed=1)
    done = pool.work()

    after = shards_of(pool, UUID(pool.last_run()["id"]))
    assert [each.rows for each in after] == [8, 8, 8, 6]
    assert [a.scores for a in after[:2]] == [b.scores for b in before[:2]]
    assert done.count(Stage.SCORE) == 1 + 2  # the list, the shard that was open, the new one
    assert done.count(Stage.RETRAIN) == 0
    assert len(pool.order()) == 20


def test_another_strategy_scores_all_shards_again(scored: tuple[Pool, UUID]) -> None:
    pool, run_id = scored
    deliver(pool.runtime, Stage.SCORE, run_id)
    pool.work()

    pool.api.call("PATCH", pool.path, json={"strategy": "random"}, headers={"If-Match": "*"})
    first = pool.work()
    pool.api.post(f"{pool.path}/runs", {}, 202)
    second = pool.work()

    assert first.count(Stage.SCORE) == 1 + 3
    assert second.count(Stage.SCORE) == 3  # the list comes with the version


def test_a_pool_that_is_all_scored_goes_straight_to_its_ranking(
    scored: tuple[Pool, UUID],
) -> None:
    pool, run_id = scored
    deliver(pool.runtime, Stage.SCORE, run_id)
    pool.work()

    pool.api.call("PATCH", pool.path, json={"strategy": "margin"}, headers={"If-Match": "*"})
    done = pool.work()

    assert done == [Stage.SCORE, Stage.RANK]
    assert pool.api.get(pool.path)["ranking"]["strategy"] == "margin"
