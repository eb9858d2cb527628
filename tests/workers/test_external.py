"""A project whose client brings the probabilities of its own model."""

from typing import Any

import pyarrow as pa
import pytest

from service.domain.runs import Stage
from service.store.tables.pool import Project
from tests.workers.bringing import ARROW, arrow, make, ndjson, put, shown
from tests.workers.conftest import Pool


def test_what_is_brought_ranks_the_pool_and_what_is_not_comes_last(pool: Pool) -> None:
    make(pool, 6)
    assert pool.api.get(pool.path)["estimator"] == "external"
    assert sorted(pool.order()) == [f"k{n}" for n in range(6)]
    assert pool.api.batch(pool.path, 1)["items"][0]["reason"] == "cold_start"

    run = put(pool, ndjson({"k0": 0.75, "k1": 0.5, "k2": 1.0, "k3": 0.25}))

    assert (run["state"], run["registered"], run["unchanged"], run["refused"]) == ("done", 4, 0, [])
    order = pool.order()
    assert order[0] == "k1"
    assert set(order[1:3]) == {"k0", "k3"}
    assert order[3] == "k2"
    assert set(order[4:]) == {"k4", "k5"}
    assert shown(pool) == {"k0": 0.75, "k1": 0.5, "k2": 1.0, "k3": 0.25}
    project = pool.api.get(pool.path)
    assert project["version"]["number"] == project["ranking"]["version"] == 1
    assert project["version"]["promoted_at"] is not None
    assert project["ranking"]["strategy"] == "margin"
    assert pool.api.get(f"{pool.path}/items/k4")["prediction"] is None


def test_a_later_upload_changes_its_rows_and_keeps_the_others(pool: Pool) -> None:
    make(pool, 5)
    put(pool, ndjson({"k0": 0.75, "k1": 0.5, "k2": 1.0}))

    run = put(pool, ndjson({"k1": 0.0, "k2": 1.0, "k4": 0.5}))

    assert (run["registered"], run["unchanged"]) == (2, 1)
    assert shown(pool) == {"k0": 0.75, "k1": 0.0, "k2": 1.0, "k4": 0.5}
    assert pool.order()[0] == "k4"
    assert pool.api.get(pool.path)["version"]["number"] == 2
    pool.api.post(f"{pool.path}/items", {"items": [{"key": "new"}]}, 201)
    pool.work()
    assert shown(pool)["k4"] == 0.5
    assert set(pool.order()[-2:]) == {"new", "k3"}


def test_labels_count_and_train_nothing(pool: Pool) -> None:
    make(pool, 8, retrain={"min_labels": 1, "max_wait_seconds": 0})
    put(pool, ndjson({f"k{n}": n / 8 for n in range(8)}))
    labels = {f"k{n}": ("fine", "defect")[n % 2] for n in range(4)}

    answer = pool.api.label(pool.path, labels)

    assert answer["run"] is None
    assert pool.work() == []
    project = pool.api.get(pool.path)
    assert (project["counts"]["labels"], project["ranking"]["labels_since"]) == (4, 4)
    pool.api.post(f"{pool.path}/runs", {}, 202)
    assert Stage.RETRAIN not in pool.work()
    assert set(pool.order()) == {f"k{n}" for n in range(4, 8)}


@pytest.mark.parametrize(
    "columns",
    [
        {"probabilities": pa.array([[0.5, 0.5], [0.25, 0.75]], pa.list_(pa.float32(), 2))},
        {"probabilities": pa.array([[0.5, 0.5], [0.25, 0.75]], pa.list_(pa.float64()))},
        {"defect": [0.5, 0.75], "fine": [0.5, 0.25]},
    ],
    ids=["fixed", "list", "columns"],
)
def test_an_arrow_stream_is_a_list_or_a_column_for_each_class(
    pool: Pool, columns: dict[str, Any]
) -> None:
    make(pool, 2)

    run = put(pool, arrow(key=["k0", "k1"], **columns), ARROW)

    assert run["state"] == "done", run
    assert shown(pool) == {"k0": 0.5, "k1": 0.25}


@pytest.mark.parametrize("strategy", ["entropy", "least_confident", "random", "diverse"])
def test_every_strategy_orders_what_was_brought(pool: Pool, strategy: str) -> None:
    make(pool, 6, strategy=strategy)

    put(pool, ndjson({f"k{n}": n / 8 for n in range(5)}))

    order = pool.order()
    assert set(order) == {f"k{n}" for n in range(6)}
    if strategy != "diverse":
        assert order[-1] == "k5"
    if strategy in ("entropy", "least_confident"):
        assert order[:5] == ["k4", "k3", "k2", "k1", "k0"]


def test_with_vectors_the_pool_starts_by_coverage_and_the_head_is_spread_out(pool: Pool) -> None:
    pool.make(input={"type": "scores", "dimensions": 2}).add(30)
    pool.work()
    assert pool.api.get(pool.path)["ranking"]["strategy"] == "uherding"

    put(pool, ndjson({f"0-{n}": n / 32 for n in range(20)}))

    assert pool.api.get(pool.path)["ranking"]["strategy"] == "margin_diversified"
    assert len(shown(pool)) == 20
    missing = pool.api.post(f"{pool.path}/items", {"items": [{"key": "x"}]}, 422)
    assert missing["errors"][0]["pointer"] == "/items/0/vector"


def test_the_reserve_is_served_and_items_that_are_leased_are_not_offered_again(pool: Pool) -> None:
    make(pool, 40, batch={"audit_share": 0.5, "coverage_share": 0.25})
    put(pool, ndjson({f"k{n}": n / 64 for n in range(40)}))

    first = pool.api.batch(pool.path, 8)["items"]
    second = pool.api.batch(pool.path, 8, annotator="bob")["items"]

    assert {"audit", "strategy"} <= {item["reason"] for item in first}
    assert not {item["key"] for item in first} & {item["key"] for item in second}


def test_an_older_version_can_be_pinned(pool: Pool) -> None:
    make(pool, 2)
    put(pool, ndjson({"k0": 0.5, "k1": 1.0}))
    put(pool, ndjson({"k0": 1.0, "k1": 0.5}))
    assert pool.order() == ["k1", "k0"]

    pool.api.call("PUT", f"{pool.path}/versions/1/pin")
    pool.work()

    assert pool.order() == ["k0", "k1"]
    put(pool, ndjson({"k0": 1.0}))
    assert pool.order() == ["k0", "k1"]
    pool.api.call("DELETE", f"{pool.path}/pin")
    pool.work()
    assert pool.order() == ["k1", "k0"]
    assert pool.rows(Project)[0].version_count == 3


def test_labels_from_before_a_version_was_brought_are_no_news_to_its_ranking(pool: Pool) -> None:
    make(pool, 20)
    put(pool, ndjson({f"k{number}": 0.5 for number in range(20)}))
    pool.work()
    pool.api.label(pool.path, {f"k{number}": "fine" for number in range(5)})

    put(pool, ndjson({f"k{number}": 0.4 for number in range(20)}))
    pool.work()

    assert pool.api.get(pool.path)["ranking"]["labels_since"] == 0
    assert pool.row().events_used == pool.row().label_events
