"""Goals that seek a class, and strategies that need one."""

from typing import Any

import pytest

from tests.api import Api

RECALL = {"type": "recall", "positive": "defect", "target": 0.95}


def change(api: Api, project: str, **settings: Any) -> Any:
    return api.call("PATCH", project, json=settings, headers={"If-Match": "*"})


def pointers(refused: Any) -> list[str]:
    assert refused.status_code == 422
    return [error["pointer"] for error in refused.json["errors"]]


def test_a_goal_that_seeks_a_class_comes_back_as_it_was_sent(api: Api) -> None:
    project = api.make_project(goal=RECALL, strategy="most_likely")

    assert api.get(project)["goal"] == RECALL
    assert (
        "positive"
        not in change(api, project, goal={"type": "accuracy", "target": 0.9}, strategy="auto").json[
            "goal"
        ]
    )


@pytest.mark.parametrize(
    ("settings_of_goal", "pointer"),
    [
        ({"goal": {"type": "recall", "target": 0.9}}, "/goal/positive"),
        ({"goal": RECALL | {"positive": "c"}}, "/goal/positive"),
        ({"goal": {"type": "accuracy", "target": 0.9, "positive": "c"}}, "/goal/positive"),
        ({"goal": RECALL | {"positive": ""}}, "/goal/positive"),
        ({"strategy": "most_likely"}, "/strategy"),
        ({"strategy": "most_likely", "goal": {"type": "accuracy", "target": 0.9}}, "/strategy"),
        ({"strategy": "hybrid", "task": {"classes": ["a", "b", "c"]}}, "/strategy"),
    ],
    ids=str,
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_project_whose_settings_do_not_go_together_is_not_made(
    api: Api, settings_of_goal: dict[str, Any], pointer: str
) -> None:
    body = {
        "name": "casting",
        "task": {"classes": ["fine", "defect"]},
        "input": {"type": "vector", "dimensions": 2},
    }

    refused = api.call("POST", "/projects", json=body | settings_of_goal)

    assert pointers(refused) == [pointer]
    assert api.get("/projects")["data"] == []


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"goal": {"type": "recall", "target": 0.9}}, "/goal/positive"),
        ({"goal": RECALL | {"positive": "scratch"}}, "/goal/positive"),
        ({"strategy": "most_likely"}, "/strategy"),
        ({"strategy": "hybrid", "task": {"classes": ["fine", "defect", "dent"]}}, "/strategy"),
    ],
    ids=str,
)
def test_a_change_that_does_not_go_with_the_rest_is_refused(
    api: Api, changes: dict[str, Any], pointer: str
) -> None:
    project = api.make_project()

    assert pointers(change(api, project, **changes)) == [pointer]
    assert api.get(project)["revision"] == 1


def test_a_class_may_be_added_and_sought_in_one_change(api: Api) -> None:
    project = api.make_project()

    changed = change(
        api,
        project,
        task={"classes": ["fine", "defect", "dent"]},
        goal=RECALL | {"positive": "dent"},
        strategy="hybrid",
    )

    assert (changed.status_code, changed.json["goal"]["positive"]) == (200, "dent")


def test_a_goal_is_not_taken_from_a_strategy_that_needs_it(api: Api) -> None:
    project = api.make_project(goal=RECALL, strategy="most_likely")

    assert pointers(change(api, project, goal=None)) == ["/strategy"]
    assert change(api, project, goal=None, strategy="auto").json["goal"] is None


def test_a_hybrid_of_two_classes_needs_no_goal_until_there_is_a_third(api: Api) -> None:
    project = api.make_project(strategy="hybrid")

    refused = change(api, project, task={"classes": ["fine", "defect", "dent"]})

    assert pointers(refused) == ["/strategy"]
    detail = refused.json["errors"][0]["detail"]
    assert detail == "hybrid needs goal.positive, the class that is sought, of more than two"


def test_another_goal_asks_for_another_ranking(api: Api) -> None:
    project = api.make_project()
    api.add_vectors(project, {"a": [0, 1]})
    runs = len(api.get(f"{project}/runs")["data"])

    changed = change(api, project, goal=RECALL)

    assert changed.status_code == 200
    assert len(api.get(f"{project}/runs")["data"]) == runs + 1
