"""Simulations over HTTP: asked for, refused, listed."""

from typing import Any
from uuid import UUID

import pytest

from service.domain.runs import Stage
from service.runtime import Runtime
from service.store import runs
from tests.api import Api
from tests.fakes import FrozenClock, RecordingQueue
from tests.service.rows import project_of

ASKED = {"strategies": ["margin", "random"], "seeds": 2, "batch_size": 5, "test_share": 0.5}


@pytest.fixture
def project(api: Api) -> str:
    """A project of fifty items, forty of them labelled."""
    path = api.make_project(retrain={"min_labels": 1000})
    api.add_vectors(path, {f"item-{n}": [n, -n] for n in range(50)})
    api.label(path, {f"item-{n}": ("fine", "defect")[n % 2] for n in range(40)})
    return path


def refused(api: Api, project: str, status: int, **more: Any) -> Any:
    """The problem that a simulation is refused with."""
    answer = api.call("POST", f"{project}/simulations", json=ASKED | more)
    assert answer.status_code == status, answer.json
    return answer.json


def test_a_simulation_is_answered_with_its_run(
    api: Api, project: str, queue: RecordingQueue
) -> None:
    queue.take()

    answer = api.call("POST", f"{project}/simulations", json=ASKED)

    body = answer.json
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/v1{project}/runs/{body['id']}"
    run = api.get(answer.headers["Location"])
    assert (run["kind"], run["state"], run["stage"]) == ("simulate", "queued", "simulate")
    assert queue.take() == [(Stage.SIMULATE, (UUID(body["id"]),))]
    assert api.get(f"{project}/simulations/{body['id']}") == body
    asked = {**ASKED, "estimator": "auto", "labels": 500, "targets": None}
    assert body["asked"] == asked
    assert (body["state"], body["progress"], body["result"]) == ("queued", 0.0, None)
    assert body["detail"] == "20 items are there to choose from, so curves end before 500 labels."


def test_random_choice_is_always_replayed_and_that_is_said(api: Api, project: str) -> None:
    body = api.post(f"{project}/simulations", {"batch_size": 5, "test_share": 0.5}, 202)

    assert body["asked"]["strategies"] == ["auto", "random"]
    assert "random is replayed too" in body["detail"]


def test_the_estimator_is_the_projects_unless_another_is_named(api: Api, project: str) -> None:
    given = {"name": "logistic", "C": 2.0}

    body = api.post(f"{project}/simulations", ASKED | {"estimator": given}, 202)

    assert body["asked"]["estimator"] == given


def test_a_project_has_one_simulation_at_a_time(
    api: Api, project: str, runtime: Runtime, clock: FrozenClock
) -> None:
    first = api.post(f"{project}/simulations", ASKED, 202)

    assert "one at a time" in refused(api, project, 409)["detail"]
    assert api.call("DELETE", f"{project}/runs/{first['id']}").status_code == 204
    clock.advance(1)
    second = api.post(f"{project}/simulations", ASKED, 202)

    listed = api.get(f"{project}/simulations?limit=1")
    assert [each["id"] for each in listed["data"]] == [second["id"]]
    more = api.get(f"{project}/simulations?limit=1&cursor={listed['next_cursor']}")
    assert [(each["id"], each["state"]) for each in more["data"]] == [(first["id"], "cancelled")]


def test_a_simulation_takes_nothing_from_the_cycle(api: Api, project: str) -> None:
    api.post(f"{project}/runs", {}, 202)

    simulation = api.post(f"{project}/simulations", ASKED, 202)

    states = {run["kind"]: run["state"] for run in api.get(f"{project}/runs")["data"]}
    assert states["cycle"] == states["simulate"] == "queued"
    assert simulation["state"] == "queued"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"strategies": ["clever"]}, "Must be one of"),
        ({"strategies": []}, "Shorter than minimum length 1"),
        ({"strategies": ["margin", "margin"]}, "each may be named once"),
        ({"seeds": 0}, "Must be greater than or equal to 1"),
        ({"test_share": 1.0}, "less than or equal to 0.95"),
        ({"targets": [1.5]}, "less than or equal to 1"),
        ({"strategies": ["margin", "most_likely"]}, "most_likely needs goal.positive"),
        ({"estimator": "external"}, "is external only where the input is scores"),
        ({"estimator": "oracle"}, "must be one of"),
        ({"runs": 3}, "Unknown field"),
    ],
)
def test_what_cannot_be_replayed_is_refused_by_name(
    api: Api, project: str, more: dict[str, Any], words: str
) -> None:
    problem = refused(api, project, 422, **more)

    assert words in problem["errors"][0]["detail"]
    assert problem["errors"][0]["pointer"].startswith(f"/{next(iter(more))}")


def test_too_few_labels_are_refused_with_what_is_needed(api: Api, project: str) -> None:
    problem = refused(api, project, 422, test_share=0.3)

    assert "67 labelled items are needed" in problem["detail"]
    assert "there are 40" in problem["detail"]


def test_a_project_without_labels_has_nothing_to_replay(api: Api) -> None:
    project = api.make_project()

    assert "no item is labelled" in refused(api, project, 422)["detail"]


def test_labels_of_one_class_are_refused(api: Api) -> None:
    project = api.make_project(retrain={"min_labels": 1000})
    api.add_vectors(project, {f"item-{n}": [n, -n] for n in range(50)})
    api.label(project, {f"item-{n}": "fine" for n in range(50)})

    assert "all labels are of one class" in refused(api, project, 422)["detail"]


def test_more_rounds_than_are_allowed_are_refused_with_the_limit(api: Api, project: str) -> None:
    api.add_vectors(project, {f"more-{n}": [n, -n] for n in range(60)})
    api.label(project, {f"more-{n}": "fine" for n in range(60)})
    strategies = ["auto", "margin", "entropy", "diverse", "random"]

    problem = refused(api, project, 422, strategies=strategies, seeds=100, batch_size=1)

    # 5 strategies x 100 seeds x 50 batches of the half of a hundred items.
    assert "MAX_SIMULATION_ROUNDS" in problem["detail"]
    (fault,) = problem["errors"]
    assert fault["pointer"] == "/seeds"
    assert "are 25000 rounds; 20000 are allowed" in fault["detail"]


def test_scores_of_another_model_cannot_be_replayed(api: Api) -> None:
    project = api.make_project(input={"type": "scores"})

    assert "nothing is trained" in refused(api, project, 409)["detail"]


def test_another_workspace_sees_nothing(api: Api, project: str) -> None:
    simulation = api.post(f"{project}/simulations", ASKED, 202)["id"]
    stranger, reader = api.make_workspace("other"), api.make_key("reader")

    for path in ("", f"/{simulation}"):
        assert stranger.call("GET", f"{project}/simulations{path}").status_code == 404
        assert reader.call("GET", f"{project}/simulations{path}").status_code == 200
    assert stranger.call("POST", f"{project}/simulations", json=ASKED).status_code == 404
    assert reader.call("POST", f"{project}/simulations", json=ASKED).status_code == 403
    other = api.make_project()
    assert api.call("GET", f"{other}/simulations/{simulation}").status_code == 404


def test_a_repeated_request_replays_once(api: Api, project: str) -> None:
    headers = {"Idempotency-Key": "again"}

    first, second = (
        api.call("POST", f"{project}/simulations", json=ASKED, headers=headers) for _ in range(2)
    )

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json == second.json
    assert first.headers["Location"] == second.headers["Location"]


def test_a_run_of_another_kind_is_no_simulation(api: Api, project: str, runtime: Runtime) -> None:
    with runtime.readers() as session:
        row = project_of(session, project)
        others = runs.list_for(session, row.id, before=None, limit=9)

    statuses = [api.call("GET", f"{project}/simulations/{run.id}").status_code for run in others]
    assert set(statuses) == {404}
