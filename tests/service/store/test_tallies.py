"""How large an audit reserve is: counted again whenever it may be another number."""

from typing import Any

import pytest

from service.runtime import Runtime
from service.store import projects
from tests.api import Api
from tests.service.rows import project_of


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many items were found, each time that they were counted."""
    found: list[int] = []
    count = projects.count_reserved

    def noting(*given: Any) -> int:
        found.append(count(*given))
        return found[-1]

    monkeypatch.setattr(projects, "count_reserved", noting)
    return found


def truth(runtime: Runtime, project: str) -> int:
    """What the items say."""
    with runtime.readers() as session:
        return projects.count_reserved(session, project_of(session, project))


def test_a_reserve_is_counted_once_until_items_come_or_go(
    api: Api, runtime: Runtime, counted: list[int]
) -> None:
    project = api.make_project(batch={"audit_share": 0.5})
    api.add_vectors(project, {f"i{number}": [number, 1] for number in range(200)})

    def shown() -> int:
        count: int = api.get(project)["counts"]["audit"]
        return count

    first = [shown(), shown()]
    looks = len(counted)
    api.add_vectors(project, {f"later{number}": [number, 2] for number in range(200)})
    more = shown()
    for number in range(200):
        assert api.call("DELETE", f"{project}/items/later{number}").status_code == 204
    fewer = shown()

    assert first[0] == first[1]
    assert looks == 2  # for the project as it was made, and with its items
    assert more == max(counted) > first[0]
    assert fewer == truth(runtime, project) < more


def test_labels_do_not_have_a_reserve_counted_again(
    api: Api, runtime: Runtime, counted: list[int]
) -> None:
    project = api.make_project(batch={"audit_share": 0.5})
    api.add_vectors(project, {f"i{number}": [number, 1] for number in range(60)})
    before = api.get(project)["counts"]["audit"]
    looks = len(counted)

    labels = [{"key": f"i{n}", "value": "fine", "annotator": "ana"} for n in range(60)]
    api.post(f"{project}/labels", {"labels": labels}, 202)

    assert api.get(project)["counts"]["audit"] == before == truth(runtime, project)
    assert len(counted) == looks + 1  # which the truth was
