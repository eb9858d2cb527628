"""Lists come in pages that join without gap or overlap."""

from collections.abc import Iterator
from typing import Any

import pytest

from service.api import paging
from service.errors import Unacceptable
from service.runtime import Runtime
from tests.api import Api
from tests.fakes import FrozenClock
from tests.service.rows import write_ranking, write_version

NEWEST_FIRST = {"runs", "versions", "selections"}


def identity(row: dict[str, Any]) -> Any:
    return row.get("id") or row.get("number") or (row["key"], row.get("batch"))


def follow(api: Api, path: str, limit: int) -> Iterator[dict[str, Any]]:
    """Rows of all pages, reached by the `Link` header."""
    address: str | None = f"/v1{path}?limit={limit}"
    while address:
        response = api.call("GET", address)
        assert response.status_code == 200, response.text
        body = response.json
        assert len(body["data"]) <= limit
        yield from body["data"]
        link = response.headers.get("Link")
        assert (link is None) == (body["next_cursor"] is None)
        if link is not None:
            assert link.endswith('; rel="next"')
            assert body["next_cursor"] in link
        address = link.partition(">")[0].lstrip("<") if link else None


def test_every_list_joins_up_in_its_order(api: Api, runtime: Runtime, clock: FrozenClock) -> None:
    project = api.make_project(batch={"audit_share": 0, "coverage_share": 0})
    for number in range(5):
        api.make_project()
        api.make_key("reader")
        if number < 3:
            api.make_workspace(f"plant {number}")
        api.add_vectors(project, {f"item/{number}": [number, 1], f"other {number}": [1, number]})
        write_version(runtime, project)
        run = api.post(f"{project}/runs", {}, 202)["id"]
        assert api.call("DELETE", f"{project}/runs/{run}").status_code == 204
        clock.advance(number % 2)  # some at the same moment
    write_ranking(runtime, project, range(10))
    batch = api.batch(project, 5)
    api.label(project, {item["key"]: "fine" for item in batch["items"]})

    lists = [f"{project}/{name}" for name in ("runs", "versions", "selections")]
    lists += ["/projects", "/keys", "/workspaces"]
    lists += [f"{project}/{name}" for name in ("items", "labels", "ranking")]
    for path in lists:
        whole = [identity(row) for row in api.get(f"{path}?limit=1000")["data"]]
        assert len(whole) >= 4
        assert len(set(whole)) == len(whole)
        for limit in (1, 2, len(whole)):
            assert [identity(row) for row in follow(api, path, limit)] == whole, path
    numbers = [row["number"] for row in api.get(f"{project}/versions")["data"]]
    assert numbers == [5, 4, 3, 2, 1]
    moments = [row["created_at"] for row in api.get(f"{project}/runs")["data"]]
    assert moments == sorted(moments, reverse=True)
    assert [row["key"] for row in api.get(f"{project}/items?limit=2")["data"]] == [
        "item/0",
        "other 0",
    ]


def test_every_list_names_what_is_wrong_with_limit_and_cursor(api: Api) -> None:
    project = api.make_project()
    lists = [f"{project}/{name}" for name in ("items", "labels", "runs", "versions")]
    lists += [f"{project}/{name}" for name in ("ranking", "selections")]

    for path in [*lists, "/projects", "/keys", "/workspaces"]:
        for limit in ("0", "1001", "-1", "many", "1.5", "9" * 30):
            refused = api.call("GET", f"{path}?limit={limit}")
            assert refused.status_code == 422
            assert refused.json["errors"][0]["pointer"] == "/limit"
        for cursor in ("", "?", "nonsense", "%00", "bnVsbA", "InRleHQi", "W10", "dHJ1ZQ", "LTE"):
            refused = api.call("GET", f"{path}?cursor={cursor}")
            if cursor != "bnVsbA":  # null, which is the beginning
                assert refused.status_code == 422, (path, cursor)
                assert refused.json["errors"][0]["pointer"] == "/cursor"


@pytest.mark.parametrize(
    "value",
    [
        ["2026-01-01T00:00:00", "6c3d7a6e-3f0b-4a55-9c39-0f0f1f3a1c55"],
        ["0001-01-01T00:00:00+10:00", "6c3d7a6e-3f0b-4a55-9c39-0f0f1f3a1c55"],
        ["2026-01-01T00:00:00Z", 5],
        ["2026-01-01T00:00:00Z"],
        {"a": 1, "b": 2},
        7,
    ],
    ids=["without a zone", "before time", "no id", "half", "an object", "a number"],
)
def test_a_moment_that_no_list_has_given_is_refused(value: Any) -> None:
    with pytest.raises(Unacceptable):
        paging.moment(paging._encode(value))
