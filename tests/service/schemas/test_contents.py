"""What an item may be: refused by name, or given back as it came."""

from typing import Any

import pytest

from tests.api import Api


@pytest.mark.parametrize(
    "vector",
    [
        "[NaN, 1]",
        "[Infinity, 1]",
        "[-Infinity, 1]",
        "[1e400, 1]",
        "[1e39, 1]",
        f"[{10**400}, 1]",
        "[1]",
        "[1, 2, 3]",
        "[]",
        "[true, 1]",
        '["1", 1]',
        "[null, 1]",
        "[[1], 1]",
        '"AAAA"',
        "null",
        "{}",
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_vector_that_is_none_is_named_and_nothing_registered(api: Api, vector: str) -> None:
    project = api.make_project()
    body = f'{{"items": [{{"key": "a", "vector": [0, 1]}}, {{"key": "b", "vector": {vector}}}]}}'

    refused = api.call(
        "POST", f"{project}/items", data=body, headers={"Content-Type": "application/json"}
    )

    assert refused.status_code == 422
    assert {error["pointer"] for error in refused.json["errors"]} == {"/items/1/vector"}
    assert api.get(f"{project}/items")["data"] == []


@pytest.mark.parametrize(
    ("item", "pointer"),
    [
        ({"key": "b\x00", "text": "x"}, "key"),
        ({"key": "\ud800", "text": "x"}, "key"),
        ({"key": "", "text": "x"}, "key"),
        ({"key": "k" * 501, "text": "x"}, "key"),
        ({"key": 7, "text": "x"}, "key"),
        ({"text": "x"}, "key"),
        ({"key": "b", "text": "x\x00"}, "text"),
        ({"key": "b", "text": "\udc00"}, "text"),
        ({"key": "b", "text": 7}, "text"),
        ({"key": "b"}, "text"),
        ({"key": "b", "vector": [1, 2]}, "vector"),
        ({"key": "b", "text": "x", "group": "\x00"}, "group"),
        ({"key": "b", "text": "x", "metadata": [1]}, "metadata"),
        ({"key": "b", "text": "x", "metadata": {"a": [{"\x00": 1}]}}, "metadata"),
        ({"key": "b", "text": "x", "metadata": {"a": "\ud800"}}, "metadata"),
        ({"key": "b", "text": "x", "metadata": {"a": float("nan")}}, "metadata"),
        ({"key": "b", "text": "x", "metadata": {"a": 2**63, "b": float("inf")}}, "metadata"),
        ({"key": "b", "text": "x", "image": {}}, "image"),
        (None, ""),
    ],
    ids=str,
)
def test_an_item_that_no_database_could_keep_is_named(api: Api, item: Any, pointer: str) -> None:
    project = api.make_project(input={"type": "text"})
    items = [{"key": "a", "text": "fine"}, item]

    refused = api.call("POST", f"{project}/items", json={"items": items})

    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == f"/items/1/{pointer}".rstrip("/")
    assert api.get(f"{project}/items")["data"] == []


def test_metadata_that_is_nested_without_end_is_refused(api: Api) -> None:
    project = api.make_project(input={"type": "text"})
    deep: Any = 1
    for _ in range(300):
        deep = [deep]

    item = {"key": "a", "text": "x", "metadata": {"deep": deep}}
    refused = api.call("POST", f"{project}/items", json={"items": [item]})

    assert refused.status_code == 422
    assert "nested" in refused.json["errors"][0]["detail"]
