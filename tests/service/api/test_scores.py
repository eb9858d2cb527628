"""Projects of the client's own scores: what they take, and what they refuse."""

from typing import Any

from tests.api import Api
from tests.fakes import RecordingQueue

STREAM = {"Content-Type": "application/x-ndjson"}
LINE = b'{"key": "a", "probabilities": {"fine": 0.5, "defect": 0.5}}\n'


def bring(api: Api, project: str, **headers: str) -> Any:
    return api.call("PUT", f"{project}/predictions", data=LINE, headers=STREAM | headers)


def test_an_upload_is_answered_with_its_run(api: Api, queue: RecordingQueue) -> None:
    project = api.make_project(input={"type": "scores"})
    api.post(f"{project}/items", {"items": [{"key": "a"}]}, 201)
    queue.take()

    answer = bring(api.make_key("manager"), project)

    assert answer.status_code == 202
    assert (answer.json["kind"], answer.json["stage"]) == ("ingest", "scores")
    assert [str(stage) for stage, _ in queue.take()] == ["scores"]
    assert bring(api.make_key("annotator"), project).status_code == 403
    assert bring(api.make_workspace("other"), project).status_code == 404


def test_uploads_come_one_after_the_other(api: Api) -> None:
    project = api.make_project(input={"type": "scores"})
    assert bring(api, project).status_code == 202

    answer = bring(api, project)

    assert answer.status_code == 409
    assert "the upload before is still being taken in" in answer.json["detail"]
    assert answer.headers["Retry-After"] == "1"


def test_a_project_with_a_model_here_takes_no_scores(api: Api) -> None:
    answer = bring(api, api.make_project())

    assert answer.status_code == 409
    assert "make one of input.type scores" in answer.json["detail"]


def test_another_media_type_is_refused(api: Api) -> None:
    project = api.make_project(input={"type": "scores"})

    answer = api.call("PUT", f"{project}/predictions", json={"key": "a"})

    assert answer.status_code == 415
    assert "application/x-ndjson or application/vnd.apache.arrow.stream" in answer.json["detail"]


def test_nothing_can_be_predicted_here(api: Api) -> None:
    project = api.make_project(input={"type": "scores"})

    asked = api.post(f"{project}/predict", {"items": [{"key": "a"}]}, 409)
    listed = api.call("GET", f"{project}/predictions")

    assert "the model of this project is yours" in asked["detail"]
    assert listed.status_code == 409
    assert "bring the probabilities of your own model" in listed.json["detail"]


def test_the_estimator_is_external_and_nothing_else(api: Api) -> None:
    scores = {"type": "scores"}
    for given in ("auto", "external"):
        project = api.make_project(input=scores, estimator=given)
        assert api.get(project)["estimator"] == "external"
    body = {"name": "n", "task": {"classes": ["a", "b"]}, "input": scores}

    wrong = api.post("/projects", body | {"estimator": "logistic"}, 422)
    vectors = {"type": "vector", "dimensions": 2}
    other = api.post("/projects", body | {"input": vectors, "estimator": "external"}, 422)

    assert wrong["errors"] == [
        {
            "pointer": "/estimator",
            "detail": "is external where the input is scores: nothing is trained here",
        }
    ]
    assert other["errors"][0]["detail"] == "is external only where the input is scores"
    tag = {"If-Match": '"1"'}
    answer = api.call("PATCH", project, json={"estimator": "svm_rbf"}, headers=tag)
    assert answer.status_code == 422
    assert api.call("PATCH", project, json={"estimator": "auto"}, headers=tag).status_code == 200
    assert api.get(project)["estimator"] == "external"


def test_items_are_keys_and_vectors_only_with_dimensions(api: Api) -> None:
    bare = api.make_project(input={"type": "scores"})
    wide = api.make_project(input={"type": "scores", "dimensions": 2})
    fits = {"items": [{"key": "a", "metadata": {"line": 3}}]}

    assert api.post(f"{bare}/items", fits, 201) == {"registered": 1, "unchanged": 0}
    assert api.post(f"{bare}/items", fits, 201) == {"registered": 0, "unchanged": 1}
    for project, content in ((bare, {"vector": [1, 2]}), (bare, {"text": "t"}), (wide, {})):
        api.post(f"{project}/items", {"items": [{"key": "b", **content}]}, 422)
    api.post(f"{wide}/items", {"items": [{"key": "b", "vector": [1, 2]}]}, 201)
    api.post(f"{wide}/items", {"items": [{"key": "c", "vector": [1]}]}, 422)
    stream = api.call("POST", f"{bare}/items", data=b'{"key": "d"}\n', headers=STREAM)
    assert stream.status_code == 422
    assert "as JSON" in stream.json["detail"]
