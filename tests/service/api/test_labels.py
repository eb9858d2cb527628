"""Labels over HTTP."""

from tests.api import Api
from tests.fakes import RecordingQueue


def test_enough_labels_start_one_cycle(api: Api, queue: RecordingQueue) -> None:
    project = api.make_project(retrain={"min_labels": 2})
    api.add_vectors(project, {"a": [0, 1], "b": [1, 0], "c": [1, 1]})
    queue.take()

    first = api.label(project, {"a": "fine"})
    second = api.label(project, {"b": "defect"})
    third = api.label(project, {"c": "defect"})

    assert first["run"] is None
    assert second["run"]["state"] == "queued"
    assert third["run"] is None
    assert [stage for stage, _ in queue.take()] == ["retrain"]
