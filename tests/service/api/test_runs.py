"""Runs over HTTP."""

from uuid import UUID

from service.domain.runs import RunState, Stage
from service.runtime import Runtime
from service.store import cycles, runs
from tests.api import Api
from tests.fakes import FrozenClock, RecordingQueue
from tests.service.rows import project_of


def test_starting_a_run_joins_the_one_in_flight(api: Api, queue: RecordingQueue) -> None:
    project = api.make_project()

    first = api.call("POST", f"{project}/runs", json={})
    second = api.call("POST", f"{project}/runs")

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json == second.json
    assert first.headers["Location"] == f"/v1{project}/runs/{first.json['id']}"
    assert api.get(first.headers["Location"]) == first.json
    assert (
        first.json.items()
        >= {
            "kind": "cycle",
            "state": "queued",
            "stage": "retrain",
            "progress": 0.0,
            "reason": None,
            "started_at": None,
            "finished_at": None,
            "seconds": {},
        }.items()
    )
    assert queue.take() == [(Stage.RETRAIN, (UUID(first.json["id"]),))]


def test_a_run_is_accepted_though_the_broker_is_away(api: Api, queue: RecordingQueue) -> None:
    project = api.make_project()
    queue.is_up = False

    run = api.post(f"{project}/runs", {}, 202)

    assert api.get(f"{project}/runs/{run['id']}")["state"] == "queued"


def test_labels_of_a_cancelled_run_count_again(
    api: Api, runtime: Runtime, clock: FrozenClock
) -> None:
    project = api.make_project(retrain={"min_labels": 2, "max_wait_seconds": 30})
    api.add_vectors(project, {"a": [0, 1], "b": [1, 0], "c": [1, 1]})
    run = api.label(project, {"a": "fine", "b": "defect"})["run"]["id"]

    assert api.call("DELETE", f"{project}/runs/{run}").status_code == 204

    over = api.get(f"{project}/runs/{run}")
    assert (over["state"], over["progress"]) == ("cancelled", 1.0)
    assert over["finished_at"] is not None
    with runtime.readers() as session:
        due = project_of(session, project).due_at
    assert due is not None
    assert (due - clock()).total_seconds() == 30
    again = api.label(project, {"c": "fine"})["run"]
    assert again["id"] != run
    late = api.call("DELETE", f"{project}/runs/{run}")
    assert late.status_code == 409
    assert "cancelled" in late.json["detail"]


def test_a_cancelled_run_that_had_looked_gives_its_labels_back(api: Api, runtime: Runtime) -> None:
    project = api.make_project(retrain={"min_labels": 1})
    api.add_vectors(project, {"a": [0, 1]})
    run_id = UUID(api.label(project, {"a": "fine"})["run"]["id"])
    with runtime.sessions.begin() as session:
        entered = runs.enter(session, run_id, Stage.RETRAIN, now=runtime.now(), lease=runs.RESEND)
        assert entered is not None
        cycles.look_at_labels(entered, project_of(session, project))

    api.call("DELETE", f"{project}/runs/{run_id}")

    with runtime.sessions.begin() as session:
        row = project_of(session, project)
        assert row.label_events - row.events_used == 1
        assert cycles.queue_if_due(session, row, at=runtime.now()) is not None


def test_features_in_the_making_cannot_be_cancelled(api: Api) -> None:
    project = api.make_project()
    api.add_vectors(project, {"a": [0, 1]})
    run = api.get(f"{project}/runs")["data"][0]

    refused = api.call("DELETE", f"{project}/runs/{run['id']}")

    assert run["kind"] == "encode"
    assert refused.status_code == 409


def test_a_run_tells_how_far_it_is(api: Api, runtime: Runtime, clock: FrozenClock) -> None:
    project = api.make_project()
    path = f"{project}/runs/{api.post(f'{project}/runs', {}, 202)['id']}"
    run_id = UUID(path.rpartition("/")[2])

    with runtime.sessions.begin() as session:
        run = runs.enter(session, run_id, Stage.RETRAIN, now=clock(), lease=runs.RESEND)
        assert run is not None
        clock.advance(1.5)
        runs.move(session, run, now=clock(), stage=Stage.SCORE, shards=4, shards_left=1)
    scoring = api.get(path)
    with runtime.sessions.begin() as session:
        run = runs.enter(session, run_id, Stage.SCORE, now=clock(), lease=runs.RESEND)
        assert run is not None
        runs.move(session, run, now=clock(), state=RunState.HELD, reason="one class only")

    assert (scoring["state"], scoring["stage"], scoring["progress"]) == ("running", "score", 0.75)
    assert scoring["seconds"] == {"retrain": 1.5}
    held = api.get(path)
    assert (held["state"], held["reason"], held["progress"]) == ("held", "one class only", 1.0)
