"""When labels start a cycle, and what became of labels that were superseded."""

from typing import Any

import pytest
from sqlalchemy import select

from service.runtime import Runtime
from service.store import projects
from service.store.tables.labelling import Label
from tests.api import Api
from tests.fakes import FrozenClock


def pool(api: Api, **retrain: Any) -> str:
    project = api.make_project(retrain=retrain)
    api.add_vectors(project, {f"i{number}": [number, 1] for number in range(40)})
    return project


def test_superseded_and_retracted_answers_stay_in_the_history(
    api: Api, runtime: Runtime, clock: FrozenClock
) -> None:
    project = pool(api)
    api.label(project, {"i0": "fine"})
    clock.advance(10)
    api.label(project, {"i0": "defect"})
    label = api.get(f"{project}/labels")["data"][0]["id"]
    clock.advance(10)
    api.call("DELETE", f"{project}/labels/{label}")

    with runtime.readers() as session:
        rows = list(session.scalars(select(Label).order_by(Label.number)))

    assert [(row.value, row.is_current) for row in rows] == [(0, False), (1, False)]
    assert [(row.ended_at - row.at).total_seconds() for row in rows if row.ended_at] == [10, 10]


@pytest.mark.parametrize(
    ("retrain", "sent", "starts"),
    [
        ({"min_labels": 3}, 2, False),
        ({"min_labels": 3}, 3, True),
        ({"min_labels": 1, "share": 1}, 1, True),
        ({"min_labels": 1, "share": 0}, 1, True),
        ({"min_labels": 30, "max_wait_seconds": 0}, 1, True),
    ],
    ids=str,
)
def test_a_cycle_starts_when_the_settings_say(
    api: Api, retrain: Any, sent: int, starts: bool
) -> None:
    project = pool(api, **retrain)

    answer = api.label(project, {f"i{number}": "fine" for number in range(sent)})

    assert (answer["run"] is not None) is starts


def test_labels_that_no_run_uses_become_due_after_the_wait(
    api: Api, runtime: Runtime, clock: FrozenClock
) -> None:
    project = pool(api, min_labels=30, max_wait_seconds=20)
    api.label(project, {"i0": "fine"})
    clock.advance(15)
    api.label(project, {"i1": "fine"})

    def due() -> bool:
        with runtime.readers() as session:
            return bool(projects.list_due(session, now=clock(), limit=9))

    clock.advance(4)
    before = due()
    clock.advance(1)

    assert (before, due()) == (False, True)
    assert api.label(project, {"i2": "fine"})["run"] is not None


def test_every_kind_of_event_counts(api: Api) -> None:
    project = pool(api, min_labels=4)

    assert api.label(project, {"i0": "fine"})["run"] is None
    assert api.label(project, {"i0": "defect"})["run"] is None
    assert api.label(project, {"i0": "defect"})["run"] is None
    assert api.label(project, {"i1": None})["run"] is None
    assert api.get(f"{project}/runs")["data"][0]["kind"] == "encode"
    label = api.get(f"{project}/labels")["data"][0]["id"]
    api.call("DELETE", f"{project}/labels/{label}")

    kinds = {run["kind"] for run in api.get(f"{project}/runs")["data"]}
    assert kinds == {"encode", "cycle"}
