"""Cycles: one in flight, none lost, however labels and runs interleave."""

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from service.domain.runs import RunKind, RunState, Stage
from service.runtime import Runtime
from service.store import cycles, runs
from service.store.tables.learning import Run
from tests.api import Api
from tests.fakes import FrozenClock
from tests.service.rows import project_of


def begin(runtime: Runtime, project: str) -> Run:
    """Enter the cycle in flight and look at its labels."""
    with runtime.sessions.begin() as session:
        row = project_of(session, project)
        live = runs.find_live(session, row.id, RunKind.CYCLE)
        assert live is not None
        run = runs.enter(session, live.id, Stage(live.stage), now=runtime.now(), lease=runs.RESEND)
        assert run is not None
        cycles.look_at_labels(run, row)
    return run


def end(runtime: Runtime, project: str, run: Run, state: RunState = RunState.DONE) -> cycles.Ended:
    with runtime.sessions.begin() as session:
        return cycles.end(
            session,
            run,
            project_of(session, project),
            state=state,
            reason=None,
            at=runtime.now(),
        )


def make(api: Api) -> str:
    project = api.make_project(retrain={"min_labels": 2})
    api.add_vectors(project, {key: [0, 1] for key in "abcdef"})
    return project


def test_labels_that_come_during_a_run_cause_exactly_one_more(api: Api, runtime: Runtime) -> None:
    project = make(api)
    api.label(project, {"a": "fine", "b": "defect"})
    run = begin(runtime, project)
    assert api.label(project, {"c": "fine", "d": "fine"})["run"] is None
    assert api.label(project, {"e": "fine", "f": "fine"})["run"] is None

    ended = end(runtime, project, run)
    second = end(runtime, project, run)

    assert ended.happened
    assert ended.follow_up is not None
    assert (second.happened, second.follow_up) == (False, None)
    after = end(runtime, project, begin(runtime, project))
    assert after.follow_up is None


@pytest.mark.parametrize("state", [RunState.DONE, RunState.HELD])
def test_labels_that_were_looked_at_do_not_ask_again(
    api: Api, runtime: Runtime, state: RunState
) -> None:
    project = make(api)
    api.label(project, {"a": "fine", "b": "defect"})

    ended = end(runtime, project, begin(runtime, project), state)

    assert ended.follow_up is None
    assert api.label(project, {"c": "fine"})["run"] is None
    assert api.label(project, {"d": "fine"})["run"] is not None


def test_a_ranking_asked_for_during_a_run_follows_it(api: Api, runtime: Runtime) -> None:
    project = make(api)
    api.label(project, {"a": "fine", "b": "defect"})
    run = begin(runtime, project)
    api.call("PATCH", project, json={"strategy": "margin"}, headers={"If-Match": "*"})

    ended = end(runtime, project, run)

    assert ended.follow_up is not None
    assert ended.follow_up.stage == Stage.RANK


@pytest.mark.parametrize("kind", [kind for kind in RunKind if kind is not RunKind.INGEST])
def test_the_database_itself_refuses_a_second_run_of_a_kind_in_flight(
    api: Api, runtime: Runtime, clock: FrozenClock, kind: RunKind
) -> None:
    project = api.make_project()
    with runtime.sessions.begin() as session:
        project_id = project_of(session, project).id
        first = runs.queue_up(session, project_id, kind, Stage.RETRAIN, at=clock())
        second = runs.queue_up(session, project_id, kind, Stage.RETRAIN, at=clock())
        assert first is not None
        values = {column.name: getattr(first, column.name) for column in Run.__table__.columns}

    assert second is None
    values["id"] = api.post("/keys", {"name": "any", "role": "reader"}, 201)["id"]
    values["id"] = type(first.id)(values["id"])
    with runtime.sessions() as session, pytest.raises(IntegrityError):
        session.execute(insert(Run).values(values))
