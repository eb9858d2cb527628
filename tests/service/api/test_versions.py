"""Versions over HTTP."""

from typing import Any

from service.domain.runs import Stage
from service.runtime import Runtime
from tests.api import Api
from tests.fakes import RecordingQueue
from tests.service.rows import write_ranking, write_version


def test_a_version_tells_what_it_is(api: Api, runtime: Runtime) -> None:
    project = api.make_project()
    write_version(runtime, project, labels=12)

    version = api.get(f"{project}/versions/1")

    assert version == api.get(f"{project}/versions")["data"][0]
    assert (
        version.items()
        >= {
            "number": 1,
            "labels": 12,
            "estimator": {"name": "logistic", "C": 1.0},
            "classes": ["fine", "defect"],
            "report": {"scaling": "standard"},
            "promoted": True,
            "reason": None,
        }.items()
    )
    assert api.get(project)["version"].items() >= {"number": 1, "labels": 12}.items()


def test_a_version_shows_what_it_was_chosen_from_and_its_temperature(
    api: Api, runtime: Runtime
) -> None:
    project = api.make_project()
    figures = {"accuracy": 0.9, "log_loss": 0.4, "calibrated_log_loss": 0.3, "judged": 60}
    tried = {"estimator": {"name": "forest"}, "temperature": 1.5, **figures}
    write_version(runtime, project)
    write_version(
        runtime, project, report={"temperature": 1.5, "candidates": [tried | {"folds": 5}]}
    )

    first, second = (api.get(f"{project}/versions/{number}") for number in (1, 2))

    assert (first["temperature"], first["candidates"]) == (None, [])
    assert (second["temperature"], second["candidates"]) == (1.5, [tried])


def test_unpinning_goes_back_to_the_newest_version_that_was_not_refused(
    api: Api, runtime: Runtime
) -> None:
    project = api.make_project()
    for report in ({}, {"gate": {"passed": True}}, {"gate": None}, {"gate": {"passed": False}}):
        write_version(runtime, project, report=report)
    api.call("PUT", f"{project}/versions/1/pin")

    assert api.call("DELETE", f"{project}/pin").status_code == 204

    assert api.get(project)["version"]["number"] == 3


def test_the_fitted_model_can_be_downloaded(api: Api, runtime: Runtime) -> None:
    project = api.make_project()
    write_version(runtime, project)

    response = api.call("GET", f"{project}/versions/1/model", buffered=True)

    assert (response.data, response.mimetype) == (b"fitted", "application/octet-stream")
    assert "version-1.model" in response.headers["Content-Disposition"]


def test_a_version_can_be_pinned_and_let_go(
    api: Api, runtime: Runtime, queue: RecordingQueue
) -> None:
    project = api.make_project()
    for _ in range(3):
        write_version(runtime, project)
    queue.take()

    def ask(method: str, path: str) -> Any:
        return api.call(method, f"{project}/{path}").status_code

    assert ask("DELETE", "pin") == 409
    assert ask("PUT", "versions/2/pin") == 200
    assert [stage for stage, _ in queue.take()] == [Stage.SCORE]
    write_version(runtime, project)
    shown = api.get(project)
    assert (shown["pinned"], shown["version"]["number"]) == (True, 2)
    assert ask("DELETE", "versions/1/pin") == 409
    assert ask("DELETE", "versions/2/pin") == 204
    assert ask("DELETE", "versions/2/pin") == 409
    shown = api.get(project)
    assert (shown["pinned"], shown["version"]["number"]) == (False, 4)
    assert ask("PUT", "versions/4/pin") == 200
    assert ask("DELETE", "pin") == 204


def test_a_version_that_is_not_there_is_404(api: Api) -> None:
    project = api.make_project()

    for method, path in (("GET", ""), ("PUT", "/pin"), ("GET", "/model")):
        assert api.call(method, f"{project}/versions/1{path}").status_code == 404


def test_a_model_whose_blob_is_lost_is_a_fault_of_ours(api: Api, runtime: Runtime) -> None:
    project = api.make_project()
    runtime.blobs.remove(write_version(runtime, project).model)

    response = api.call("GET", f"{project}/versions/1/model")

    assert (response.status_code, response.mimetype) == (500, "application/problem+json")


def test_the_ranking_lists_its_open_items_best_first(api: Api, runtime: Runtime) -> None:
    project = api.make_project(batch={"audit_share": 0})
    assert api.get(f"{project}/ranking") == {"ranking": None, "data": [], "next_cursor": None}
    api.add_vectors(project, {key: [0, 1] for key in "abcd"})
    write_ranking(runtime, project, [3, 2, 1, 0], version=write_version(runtime, project))
    api.label(project, {"c": "fine"})
    api.call("DELETE", f"{project}/items/a")

    order = api.get(f"{project}/ranking")

    assert [(row["place"], row["key"]) for row in order["data"]] == [(1, "d"), (3, "b")]
    assert {row["reason"] for row in order["data"]} == {"strategy"}
    assert order["data"][0]["score"] > order["data"][1]["score"]
    assert (
        order["ranking"].items()
        >= {
            "number": 2,
            "version": 1,
            "strategy": "margin",
            "labels_since": 1,
        }.items()
    )


def test_another_strategy_asks_for_another_ranking_and_another_estimator_for_training(
    api: Api, queue: RecordingQueue
) -> None:
    project = api.make_project(retrain={"min_labels": 50})
    api.add_vectors(project, {"a": [0, 1]})
    api.label(project, {"a": "fine"})
    queue.take()

    def change(**settings: Any) -> list[Stage]:
        response = api.call("PATCH", project, json=settings, headers={"If-Match": "*"})
        assert response.status_code == 200
        run = api.get(f"{project}/runs")["data"]
        for each in run:
            api.call("DELETE", f"{project}/runs/{each['id']}")
        return [stage for stage, _ in queue.take()]

    assert change(name="other") == []
    assert change(strategy="margin") == [Stage.RANK]
    assert change(estimator="svm_rbf") == [Stage.RETRAIN]
