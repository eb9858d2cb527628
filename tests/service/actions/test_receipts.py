"""The record of a repeatable request commits with its effect, or not at all."""

import dataclasses
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest

from service.actions import access, labels
from service.actions.access import Repeatable
from service.domain.requests import NewLabel
from service.runtime import Runtime
from service.store import receipts
from service.store.tables.access import Receipt
from tests.api import Api


def test_an_effect_whose_answer_cannot_be_kept_does_not_happen(api: Api, runtime: Runtime) -> None:
    project = api.make_project()
    api.add_vectors(project, {"a": [0, 1]})

    def explode(_: Any) -> tuple[int, bytes]:
        raise RuntimeError("no answer")

    caller = dataclasses.replace(
        access.admit(runtime, api.key, project_uid=None),
        repeatable=Repeatable(key="once", fingerprint=lambda: "f", render=explode),
    )
    new = [NewLabel(key="a", value="fine", annotator="ana")]

    with pytest.raises(RuntimeError):
        labels.record(runtime, caller, UUID(project.rpartition("/")[2]), new)

    assert api.get(f"{project}/labels")["data"] == []
    assert api.get(project)["counts"]["labels"] == 0


def test_a_record_goes_with_the_transaction_that_failed(api: Api, runtime: Runtime) -> None:
    caller = access.admit(runtime, api.key, project_uid=None)
    receipt = Receipt(
        api_key_id=caller.key_id,
        key="once",
        fingerprint="f",
        status=201,
        body=b"{}",
        created_at=runtime.now(),
    )

    with suppress(RuntimeError), runtime.sessions.begin() as session:
        receipts.add(session, receipt)
        raise RuntimeError("the effect failed")

    with runtime.readers() as session:
        assert receipts.find(session, caller.key_id, "once") is None
