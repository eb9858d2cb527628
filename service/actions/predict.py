"""Predictions for items that need not be registered: the only call that waits for a worker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any
from uuid import UUID

from service.actions import contents, questions, receipts
from service.actions.access import Caller
from service.actions.predictions import no_version
from service.domain.catalogue import InputType
from service.domain.contents import Question
from service.errors import Conflict
from service.runtime import Runtime
from service.store import projects, versions


@dataclass(frozen=True, kw_only=True)
class Predicted:
    """Predictions in the order of the questions, each as it goes over the wire."""

    version: int
    predictions: Sequence[Mapping[str, Any]]


def ask(
    runtime: Runtime,
    caller: Caller,
    uid: UUID,
    asked: Sequence[Question],
    *,
    waiting: BoundedSemaphore,
) -> Predicted:
    """Ask a worker what the version in use says.

    Raises:
        Conflict: there is no version yet.
        Unavailable: too many wait already, or no worker answered in time.
    """
    with runtime.readers() as session:
        project = projects.get(session, caller.workspace_id, uid)
        if project.input_type == InputType.SCORES:
            raise Conflict("the model of this project is yours: there is none here to ask")
        contents.check(project, asked)
        version = versions.find(session, project.version_id)
    if version is None:
        raise no_version(project)
    answer = questions.ask(runtime, _pack(version.id, asked), waiting=waiting)
    predicted = Predicted(version=version.number, predictions=answer["predictions"])
    if caller.repeatable is not None:
        with runtime.sessions.begin() as session:
            receipts.keep(session, caller, predicted, at=runtime.now())
    return predicted


def _pack(version_id: int, asked: Sequence[Question]) -> dict[str, Any]:
    return {
        "version_id": version_id,
        "items": [
            {
                "key": question.key,
                "text": question.text,
                "vector": question.vector.hex() if question.vector is not None else None,
            }
            for question in asked
        ],
    }
