"""Scores into a ranking, by each strategy's plain definition."""

import numpy as np
import pytest

from service.runtime import Runtime
from service.store import orders
from service.store.tables.learning import Ranking, Version
from tests.api import Api
from tests.fakes import RecordingQueue
from tests.workers.conftest import Pool
from tests.workers.loop import work_off
from workers.learning import fitted, selection, strategies
from workers.pool import models


def _said(pool: Pool, count: int) -> fitted.Outputs:
    row = pool.rows(Version)[-1]
    model = models.load(pool.runtime.blobs.path(row.model), row.model)
    points = np.random.default_rng(0).normal(size=(count, 2)).astype(np.float32)
    return fitted.outputs(model, points)


@pytest.mark.parametrize("strategy", ["margin", "entropy", "least_confident"])
@pytest.mark.parametrize("estimator", ["logistic", "svm_rbf"])
def test_a_strategy_asked_for_by_name_is_a_full_sort_of_its_scores(
    pool: Pool, strategy: str, estimator: str
) -> None:
    pool.make(strategy=strategy, estimator=estimator, retrain={"min_labels": 12}).add(60)
    pool.work()
    pool.label(*range(12))
    pool.work()

    order = pool.order()

    scores = strategies.SCORERS[strategy](_said(pool, 60), np.zeros(60))
    ties = selection.hashes(1, np.arange(60))
    free = [n for n in range(60) if n >= 12]
    expected = sorted(free, key=lambda n: (-scores[n], int(ties[n])))
    assert order == [f"0-{n}" for n in expected]


def test_random_is_another_permutation_in_each_ranking(pool: Pool) -> None:
    pool.make(strategy="random", retrain={"min_labels": 10}).add(40)
    pool.work()
    cold = pool.order()
    pool.label(*range(10))
    pool.work()
    first = pool.order()

    pool.api.post(f"{pool.path}/runs", {}, 202)
    pool.work()
    second = pool.order()

    ranking = pool.api.get(pool.path)["ranking"]
    assert sorted(first) == sorted(second) == sorted(set(cold) - {f"0-{n}" for n in range(10)})
    assert first != second
    assert ranking["strategy"] == "random"
    served = pool.api.batch(pool.path, 5)["items"]
    assert {item["probability_of_selection"] for item in served} == {5 / 30}


def test_auto_keeps_the_most_doubtful_first_and_spreads_the_rest_of_the_shortlist(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FEW_LABELS", "FEW_LABELS_PER_CLASS"):
        monkeypatch.setattr(f"workers.learning.regimes.{name}", 0)
    pool.make(estimator={"name": "logistic"}, retrain={"min_labels": 10}).add(300)
    pool.work()
    pool.api.batch(pool.path, 2, explain=False)
    pool.label(*range(10))
    pool.work()
    order = pool.order()

    scores = strategies.margin(_said(pool, 300), np.zeros(300))
    by_margin = sorted(range(10, 300), key=lambda n: -scores[n])
    assert order[0] == f"0-{by_margin[0]}"
    assert set(order[:20]) == {f"0-{n}" for n in by_margin[:20]}
    assert order[:20] != [f"0-{n}" for n in by_margin[:20]]
    assert order[20:] == [f"0-{n}" for n in by_margin[20:]]


def test_diverse_starts_far_from_what_is_labelled(pool: Pool) -> None:
    pool.make(strategy="diverse", retrain={"min_labels": 2})
    pool.api.add_vectors(
        pool.path,
        {f"a{n}": [1.0, n * 1e-4] for n in range(50)} | {"b": [-1.0, 0.0], "c": [0.0, 1.0]},
    )
    pool.work()
    pool.api.label(pool.path, {"a0": "fine", "a1": "defect"})
    pool.work()

    ranking = pool.api.get(f"{pool.path}/ranking?limit=2")

    assert {row["key"] for row in ranking["data"]} == {"b", "c"}
    assert {row["reason"] for row in ranking["data"]} == {"strategy"}


def test_the_cold_start_spreads_over_vectors(pool: Pool) -> None:
    pool.make()
    corners = {"n": [0, 1], "e": [1, 0], "s": [0, -1], "w": [-1, 0]}
    copies = {f"copy{n}": [0, 1] for n in range(100)}
    pool.api.add_vectors(pool.path, copies | corners)
    pool.work()

    head = pool.api.batch(pool.path, 4)["items"]

    found = {"n" if item["key"].startswith("copy") else item["key"] for item in head}
    assert found == {"n", "e", "s", "w"}
    assert {item["reason"] for item in head} == {"cold_start"}


def test_the_cold_start_spreads_over_texts(
    api: Api, runtime: Runtime, queue: RecordingQueue
) -> None:
    shares = {"audit_share": 0.0, "coverage_share": 0.0}
    project = api.make_project(input={"type": "text"}, batch=shares)
    same = [{"key": f"same{n}", "text": "the invoice is paid"} for n in range(60)]
    others = [
        {"key": "weather", "text": "rain and wind tomorrow"},
        {"key": "football", "text": "late goal wins cup"},
    ]
    api.post(f"{project}/items", {"items": same + others}, 201)
    work_off(runtime, queue)

    head = [item["key"] for item in api.batch(project, 3)["items"]]

    assert {"weather", "football"} < set(head)


def test_a_long_order_is_stored_as_a_head_of_rows_and_a_blob(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.sources.LEAST_STORED", 5)
    monkeypatch.setattr("workers.sources.STORED_BATCHES", 1)
    pool.make().add(40)
    pool.work()
    ranking = max(pool.rows(Ranking), key=lambda row: row.number)

    blob = pool.runtime.blobs.path(ranking.order).read_bytes()
    served = [item["key"] for item in pool.api.batch(pool.path, 40)["items"]]

    assert (ranking.depth, ranking.stored) == (40, 10)
    positions = [position for position, _ in orders.ENTRY.iter_unpack(blob)]
    assert served == [f"0-{position}" for position in positions]


def test_a_merged_order_is_refilled_until_it_ends_as_one_full_sort(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.arrange.LEAST_FIRST", 5)
    monkeypatch.setattr("workers.sources.LEAST_STORED", 20)
    monkeypatch.setattr("workers.sources.STORED_BATCHES", 0)
    monkeypatch.setattr("service.store.rankings.REFILL", 9)
    pool.configure(shard_rows=16)
    pool.make(strategy="margin", seed=1, retrain={"min_labels": 12}).add(100)
    pool.work()
    pool.label(*range(12))
    pool.work()
    ranking = max(pool.rows(Ranking), key=lambda row: row.number)

    served = [item["key"] for _ in range(9) for item in pool.api.batch(pool.path, 11)["items"]]

    scores = strategies.margin(_said(pool, 100), np.zeros(100))
    ties = selection.hashes(1, np.arange(100))
    expected = sorted(range(12, 100), key=lambda n: (-scores[n], int(ties[n])))
    assert (ranking.order, ranking.stored, len(ranking.taken)) == (None, 20, 7)
    assert served == [f"0-{n}" for n in expected]


def test_an_order_made_while_another_version_was_pinned_is_not_put_in_use(pool: Pool) -> None:
    pool.make(retrain={"min_labels": 10}).add(40)
    pool.work()
    pool.label(*range(10))
    pool.work()
    pool.label(*range(10, 20))
    from_stage = pool.work(until=pool.queue.sent[0][0].RANK)

    assert pool.api.call("PUT", f"{pool.path}/versions/1/pin").status_code == 200
    pool.work()

    project = pool.api.get(pool.path)
    assert from_stage
    assert (project["version"]["number"], project["ranking"]["version"]) == (1, 1)


def test_items_labelled_while_a_ranking_was_made_are_not_served_from_it(pool: Pool) -> None:
    pool.make(retrain={"min_labels": 10}).add(30)
    pool.work()
    pool.label(*range(10))
    pool.work(until=pool.queue.sent[0][0].RANK)

    pool.label(10, 11, 12)
    pool.work()

    keys = [item["key"] for item in pool.api.batch(pool.path, 30)["items"]]
    assert sorted(keys) == sorted(f"0-{n}" for n in range(13, 30))
