"""Ad-hoc predictions, answered through a real broker."""

import orjson
import pytest

from tests.workers.conftest import Pool
from tests.workers.loop import answering
from workers import predict


def test_items_that_need_not_be_registered_are_predicted_in_their_order(pool: Pool) -> None:
    # A kernel knows nothing of points as far out as these.
    pool.make(retrain={"min_labels": 20}, estimator="logistic").add(20)
    pool.work()
    pool.label(*range(20))
    pool.work()
    thread = answering(pool.runtime, pool.queue.predictions)

    items = [{"key": "right", "vector": [3, 0]}, {"vector": [-3, 0]}]
    body = pool.api.post(f"{pool.path}/predict", {"items": items}, 200)
    thread.join()

    assert body["version"] == 1
    assert [each["key"] for each in body["predictions"]] == ["right", None]
    assert [each["label"] for each in body["predictions"]] == ["defect", "fine"]
    for each in body["predictions"]:
        assert each["confidence"] == max(each["probabilities"].values())
        assert sum(each["probabilities"].values()) == pytest.approx(1)


def test_predictions_of_pool_items_agree_with_those_of_the_ranking(pool: Pool) -> None:
    pool.make(retrain={"min_labels": 20}).add(25)
    pool.work()
    pool.label(*range(20))
    pool.work()

    shown = pool.api.get(f"{pool.path}/items/0-24")["prediction"]

    assert shown["label"] == pool.side("0-24")
    assert shown["confidence"] == max(shown["probabilities"].values())


def test_a_question_that_nobody_waits_for_any_more_is_left_alone(pool: Pool) -> None:
    predict.answer(pool.runtime, "gone")

    assert pool.runtime.live.wait("gone", seconds=0.1) is None


def test_who_waits_is_told_when_a_prediction_fails(pool: Pool) -> None:
    question = {"version_id": 12345, "items": [{"key": None, "text": None, "vector": "00"}]}
    pool.runtime.live.ask("failing", orjson.dumps(question), seconds=5)

    predict.answer(pool.runtime, "failing")

    answer = pool.runtime.live.wait("failing", seconds=1)
    assert answer is not None
    assert "error" in orjson.loads(answer)
