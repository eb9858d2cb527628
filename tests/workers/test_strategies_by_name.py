"""Each strategy asked for by name, from registered items to the order in use."""

from typing import Any

import numpy as np
import pytest

from service.store.tables.learning import Ranking, Run, RunShard, Version
from tests.workers.conftest import Pool
from workers.learning import fitted, herding, selection, strategies
from workers.learning.alternation import alternate
from workers.learning.fitted import Outputs
from workers.learning.selection import Ranked
from workers.pool import models

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SEED, LABELLED = 1, 14


def ready(pool: Pool, count: int, *, shard_rows: int = 16, **settings: Any) -> Pool:
    """A ranking by a version that knows the labels of the first items."""
    pool.configure(shard_rows=shard_rows)
    pool.make(seed=SEED, retrain={"min_labels": LABELLED}, **settings).add(count)
    pool.work()
    pool.label(*range(LABELLED))
    pool.work()
    return pool


def said(pool: Pool, count: int) -> Outputs:
    row = max(pool.rows(Version), key=lambda version: version.number)
    model = models.load(pool.runtime.blobs.path(row.model), row.model)
    points = np.random.default_rng(0).normal(size=(count, 2)).astype(np.float32)
    return fitted.outputs(model, points)


def full_sort(scores: np.ndarray) -> Ranked:
    """All that is not labelled, by one sort."""
    items = np.arange(LABELLED, len(scores))
    ties = selection.hashes(SEED, items)
    order = np.lexsort((ties, -scores[items]))
    return Ranked(positions=items[order], scores=scores[items][order])


def in_use(pool: Pool) -> Ranking:
    return max(pool.rows(Ranking), key=lambda row: row.number)


def keys(positions: Any) -> list[str]:
    return [f"0-{at}" for at in positions]


@pytest.mark.parametrize("estimator", ["logistic", "svm_rbf"])
@pytest.mark.parametrize("positive", [0, 1])
def test_most_likely_is_a_full_sort_by_the_probability_of_the_class_that_is_sought(
    pool: Pool, estimator: str, positive: int
) -> None:
    goal = {"type": "recall", "positive": ["fine", "defect"][positive], "target": 0.9}

    ready(pool, 70, strategy="most_likely", estimator=estimator, goal=goal)

    scores = strategies.most_likely(said(pool, 70), np.zeros(70), positive)
    assert pool.order() == keys(full_sort(scores).positions)


@pytest.mark.parametrize("count", [15, 16, 70])
def test_a_hybrid_is_two_full_sorts_in_turns(pool: Pool, count: int) -> None:
    ready(pool, count, strategy="hybrid")

    outputs = said(pool, count)
    made_by = next(run for run in pool.rows(Run) if run.id == in_use(pool).run_id)
    sought = made_by.rule["positive"]
    expected = alternate(
        full_sort(strategies.margin(outputs, np.zeros(count))),
        full_sort(strategies.most_likely(outputs, np.zeros(count), sought)),
        count,
    )
    assert pool.order() == keys(expected.positions)
    assert in_use(pool).depth == len(expected.positions) == count - LABELLED


def test_a_hybrid_goes_on_as_it_began_to_its_end(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.sources.LEAST_STORED", 10)
    monkeypatch.setattr("workers.sources.STORED_BATCHES", 0)
    monkeypatch.setattr("service.store.rankings.REFILL", 9)
    ready(pool, 90, strategy="hybrid")
    order = orders_of(pool)

    served = [item["key"] for _ in range(8) for item in pool.api.batch(pool.path, 10)["items"]]

    assert in_use(pool).stored > 10
    assert served == order


def orders_of(pool: Pool) -> list[str]:
    blob = pool.runtime.blobs.path(in_use(pool).order).read_bytes()
    return keys(np.frombuffer(blob, dtype=[("position", "<u4"), ("score", "<f8")])["position"])


@SQLITE
def test_shards_of_a_hybrid_are_taken_over_with_both_their_orders(pool: Pool) -> None:
    ready(pool, 70, strategy="hybrid")
    before = [shard.second for shard in pool.rows(RunShard) if shard.second]

    pool.add(5, seed=9)
    pool.work()

    last = pool.last_run()["id"]
    after = [shard for shard in pool.rows(RunShard) if str(shard.run_id) == last]
    assert len(after) == 5
    assert {shard.second for shard in after[:4]} <= set(before)
    assert len(pool.order()) == 75 - LABELLED


@SQLITE
def test_uherding_picks_from_the_shortlist_and_goes_on_by_margin(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.learning.shapes.HERDED", 40)
    monkeypatch.setattr("workers.learning.shapes.LEAST_HERDED", 12)
    monkeypatch.setattr("workers.learning.shapes.PICKED_BATCHES", 0)
    monkeypatch.setattr("workers.arrange.LEAST_FIRST", 25)
    monkeypatch.setattr("workers.sources.LEAST_STORED", 30)
    monkeypatch.setattr("workers.sources.STORED_BATCHES", 0)
    monkeypatch.setattr("service.store.rankings.REFILL", 9)
    monkeypatch.setattr(herding, "LEAST_LABELLED", 5)
    ready(pool, 120, strategy="uherding", estimator="logistic")
    ranking = in_use(pool)

    served = [item["key"] for _ in range(11) for item in pool.api.batch(pool.path, 10)["items"]]

    by_margin = keys(full_sort(strategies.margin(said(pool, 120), np.zeros(120))).positions)
    picked = served[:12]
    assert served[12:] == [key for key in by_margin if key not in picked]
    assert sorted(served) == sorted(by_margin)
    assert set(picked) - set(by_margin[:20])  # some were drawn
    assert set(keys(ranking.ahead)) <= set(picked)
    assert ranking.ahead


@SQLITE
def test_uherding_covers_the_pool_before_there_is_a_model(pool: Pool) -> None:
    pool.make(strategy="uherding")
    corners = {"n": [0, 1], "e": [1, 0], "s": [0, -1], "w": [-1, 0]}
    pool.api.add_vectors(
        pool.path,
        {f"{name}{n}": [x + n * 1e-3, y] for name, (x, y) in corners.items() for n in range(20)},
    )
    pool.work()

    head = pool.api.batch(pool.path, 4)

    assert {item["key"][0] for item in head["items"]} == set("nesw")
    assert head["ranking"]["strategy"] == "uherding"


@SQLITE
@pytest.mark.parametrize("strategy", ["typiclust", "diverse"])
def test_orders_of_all_items_do_not_change_their_nature_with_a_model(
    pool: Pool, strategy: str
) -> None:
    pool.make(strategy=strategy, retrain={"min_labels": 2})
    pool.api.add_vectors(
        pool.path,
        {f"a{n}": [1.0, n * 1e-4] for n in range(50)}
        | {f"b{n}": [-1.0, n * 1e-4] for n in range(30)},
    )
    pool.work()
    cold = pool.order()[:10]
    pool.api.label(pool.path, {"a0": "fine", "a1": "defect"})
    pool.work()

    shown = pool.api.get(f"{pool.path}/ranking?limit=1")

    assert {key[0] for key in cold} == {"a", "b"}
    assert shown["data"][0]["key"][0] == "b"
    assert shown["ranking"]["version"] == 1
    assert len(pool.order()) == 78
