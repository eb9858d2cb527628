"""A hand-out of which others took something first: it chooses anew, and logs what it serves."""

from typing import Any
from uuid import uuid4

import pytest

from service.domain.items import LeaseState
from service.runtime import Runtime
from service.store import slots
from service.store.tables.labelling import Batch, Lease
from tests.api import Api
from tests.service.actions.crowds import asking, at_once
from tests.service.rows import keys, ranked


@pytest.fixture
def rivals(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Positions that somebody else takes after they were chosen, the first of each of two looks."""
    taken: list[int] = []
    take = slots.take

    def late(writes: Any, project: Any, wanted: Any, **more: Any) -> set[int]:
        if wanted and len(taken) < 2:
            batch, candidate = wanted[0]
            taken.append(candidate.position)
            theirs = Batch(
                id=uuid4(),
                project_id=project.id,
                annotator="rival",
                token="t",
                size=1,
                created_at=batch.created_at,
                expires_at=batch.expires_at,
            )
            lease = Lease(
                project_id=project.id,
                position=candidate.position,
                slot=0,
                batch_id=theirs.id,
                annotator="rival",
                state=LeaseState.OPEN,
                expires_at=batch.expires_at,
            )
            writes.session.add(theirs)
            writes.session.flush()
            writes.session.add(lease)
            writes.session.flush()
        return take(writes, project, wanted, **more)

    monkeypatch.setattr(slots, "take", late)
    return taken


def logged(api: Api, project: str) -> list[tuple[str, int, str]]:
    rows = api.get(f"{project}/selections?limit=1000")["data"]
    return sorted((row["batch"], row["position"], row["key"]) for row in rows)


@pytest.mark.parametrize("labels_per_item", [1, 2])
def test_what_is_logged_is_what_is_served(
    api: Api, runtime: Runtime, rivals: list[int], labels_per_item: int
) -> None:
    batch = {"audit_share": 0.2, "coverage_share": 0.2}
    project = ranked(api, runtime, 200, labels_per_item=labels_per_item, batch=batch)
    asks = [asking(project, 5, f"p{number}") for number in range(3)]

    answers = [answer.json for answer in at_once(api, runtime, project, asks)]

    assert [len(keys(answer)) for answer in answers] == [5, 5, 5]
    assert logged(api, project) == sorted(
        (answer["id"], item["position"], item["key"])
        for answer in answers
        for item in answer["items"]
    )
    if labels_per_item == 1:
        served = {key for answer in answers for key in keys(answer)}
        assert len(served) == 15
        assert not served & {f"i{position}" for position in rivals}


def test_a_short_batch_is_logged_as_well(api: Api, runtime: Runtime, rivals: list[int]) -> None:
    project = ranked(api, runtime, 3)

    batch = api.batch(project, 10)

    assert keys(batch) == ["i1", "i0"]
    assert rivals == [2]
    assert logged(api, project) == [(batch["id"], 1, "i1"), (batch["id"], 2, "i0")]
