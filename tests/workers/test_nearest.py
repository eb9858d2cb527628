"""What is nearest to an item, over the API and from a worker's pass over the shards."""

import numpy as np
import pytest

from tests.workers.conftest import Pool
from tests.workers.test_predict import answering
from workers import nearest

SMALL = 30


@pytest.fixture
def many(pool: Pool) -> Pool:
    """A pool of several shards."""
    pool.configure(shard_rows=SMALL)
    pool.make().add(100)
    pool.work()
    return pool


def near(pool: Pool, query: str) -> list[tuple[str, float]]:
    thread = answering(pool.runtime, pool.queue.predictions)
    page = pool.api.get(f"{pool.path}/items?{query}")
    thread.join()
    return [(item["key"], item["similarity"]) for item in page["data"]]


def by_hand(own: int) -> list[tuple[str, float]]:
    points = np.random.default_rng(0).normal(size=(100, 2)).astype(np.float32)
    points /= np.linalg.norm(points, axis=1)[:, None]
    cosines = points @ points[own]
    order = [n for n in np.argsort(-cosines) if n != own]
    return [(f"0-{n}", float(cosines[n])) for n in order]


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_the_nearest_are_those_of_one_full_sort(many: Pool, limit: int) -> None:
    found = near(many, f"near=0-41&limit={limit}")

    expected = by_hand(41)[:limit]
    assert [key for key, _ in found] == [key for key, _ in expected]
    assert [each for _, each in found] == pytest.approx([each for _, each in expected], abs=1e-5)


def test_a_state_is_looked_for_exactly(many: Pool) -> None:
    order = [key for key, _ in by_hand(41)]
    labelled = [int(key[2:]) for key in order[:12]]
    many.label(*labelled)
    many.queue.take()
    leased = {item["key"] for item in many.api.batch(many.path, 20)["items"]}
    assert many.api.call("DELETE", f"{many.path}/items/{order[50]}").status_code == 204
    order.remove(order[50])

    def keys(state: str) -> list[str]:
        return [key for key, _ in near(many, f"near=0-41&limit=10&state={state}")]

    free = [key for key in order if key not in leased and int(key[2:]) not in labelled]
    assert keys("labelled") == order[:10]
    assert keys("leased") == [key for key in order if key in leased][:10]
    assert keys("unlabelled") == free[:10]
    assert keys("parked") == []


def test_texts_are_compared_too(pool: Pool) -> None:
    pool.make(input={"type": "text"})
    texts = ["the invoice is wrong", "app crashes", "wrong invoice again", "delivery came late"]
    items = [{"key": f"{n}", "text": text} for n, text in enumerate(texts)]
    pool.api.post(f"{pool.path}/items", {"items": items}, 201)
    pool.work()

    found = near(pool, "near=0&limit=3")

    assert found[0][0] == "2"
    assert found[0][1] > 0.2
    assert [similarity for _, similarity in found[1:]] == [0.0, 0.0]
    assert [key for key, _ in found[1:]] == ["1", "3"]


def test_positions_that_no_item_has_are_never_found(pool: Pool) -> None:
    pool.make().add(5)
    pool.work()
    pool.leave_gap(3)
    pool.add(4, seed=1)
    pool.work()
    question = {"project_id": pool.row().id, "near": 0, "state": None, "limit": 100}

    found = [position for position, _ in nearest.find(pool.runtime, question)["near"]]

    assert sorted(found) == [1, 2, 3, 4, 8, 9, 10, 11]
