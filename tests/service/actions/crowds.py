"""Requests that come at once: one is held up, the others wait in line behind it."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from sqlalchemy import select
from werkzeug.test import TestResponse

from service.actions import access, exchanges
from service.runtime import Runtime
from service.store.tables.pool import Project
from tests.api import Api

LONGEST_SECONDS = 20
Ask = Callable[[Api], TestResponse]


def at_once(api: Api, runtime: Runtime, project: str, asks: Sequence[Ask]) -> list[TestResponse]:
    """Ask in this order, all before the first is answered.

    The project's row is held until all wait, so that whoever writes into the project is held up.
    """
    uid = UUID(project.rpartition("/")[2])
    workspace_id = access.admit(runtime, api.key, project_uid=None).workspace_id
    lines = [(of, workspace_id, uid) for of in exchanges.LINES]
    everybody = threading.Event()
    with ThreadPoolExecutor(len(asks)) as people:
        with runtime.sessions.begin() as session:
            session.scalars(select(Project).where(Project.uid == uid).with_for_update()).one()
            answers = []
            for number, ask in enumerate(asks, 1):
                one = Api(api.client.application.test_client(), api.key)
                answers.append(people.submit(ask, one))
                while sum(map(runtime.turns.waiting, lines)) < number:
                    assert not answers[-1].done(), answers[-1].result().data
                    everybody.wait(0.001)
        return [answer.result(LONGEST_SECONDS) for answer in answers]


def posting(
    project: str,
    values: Mapping[str, str | None],
    annotator: str,
    headers: Mapping[str, str] | None = None,
) -> Ask:
    """Post labels by key; None is a skip."""
    labels: list[dict[str, Any]] = [
        {"key": key, "annotator": annotator}
        | ({"skip": True} if value is None else {"value": value})
        for key, value in values.items()
    ]
    path, body = f"{project}/labels", {"labels": labels}
    return lambda api: api.call("POST", path, json=body, headers=dict(headers or {}))


def asking(project: str, size: int, annotator: str) -> Ask:
    """Ask for a batch, and why."""
    path, body = f"{project}/batches?explain=true", {"size": size, "annotator": annotator}
    return lambda api: api.call("POST", path, json=body)
