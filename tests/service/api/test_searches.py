"""Items looked for over HTTP by the words that they hold."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from service.actions import searches
from service.runtime import Runtime
from tests.api import Api
from tests.fakes import FrozenClock
from tests.service.rows import PLAIN, project_of

TEXTS: dict[str, dict[str, Any]] = {
    "mail-1": {"text": "The REFUND has not arrived", "metadata": {"shop": "Köln", "line": 3}},
    "mail-2": {"text": "The app crashes; no refund wanted"},
    "mail-3": {"text": "A 100% discount on page_2 was promised"},
    "mail-4": {"text": "Ärger mit der Überweisung", "metadata": {"note": 'says "never" \\ again'}},
    "null": {"text": "all is fine"},
}


def mails(api: Api, **more: Any) -> str:
    project = api.make_project(**{"input": {"type": "text"}, "batch": PLAIN} | more)
    items = [{"key": key, **rest} for key, rest in TEXTS.items()]
    api.post(f"{project}/items", {"items": items}, 201)
    return project


def found(api: Api, project: str, words: str, more: str = "") -> list[str]:
    page = api.get(f"{project}/items?query={quote(words)}{more}")
    return [item["key"] for item in page["data"]]


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("refund", ["mail-1", "mail-2"]),
        ("Refund  aRRived", ["mail-1"]),
        ("fund app", ["mail-2"]),
        ("refund mail-2", ["mail-2"]),
        ("köln", ["mail-1"]),
        ("KÖLN refund", ["mail-1"]),
        ("ärger ÜBERWEISUNG", ["mail-4"]),
        ("line 3", ["mail-1"]),
        ('"never"', ["mail-4"]),
        ("\\", ["mail-4"]),
        ("100%", ["mail-3"]),
        ("%", ["mail-3"]),
        ("page_2", ["mail-3"]),
        ("pageX2", []),
        ("_", ["mail-3"]),
        ("null", ["null"]),
        ("'; DROP TABLE item; --", []),
        ("refund fine", []),
    ],
)
def test_items_that_hold_all_words_are_found(api: Api, words: str, keys: list[str]) -> None:
    assert found(api, mails(api), words) == keys


def test_what_was_found_is_shown_with_its_text_and_only_then(api: Api) -> None:
    project = mails(api)

    hit = api.get(f"{project}/items?query=discount")["data"][0]
    listed = api.get(f"{project}/items?limit=1")["data"][0]

    assert hit["text"] == TEXTS["mail-3"]["text"]
    assert set(hit) - {"text"} == set(listed)


def test_words_and_states_are_asked_together(api: Api) -> None:
    project = mails(api)
    api.label(project, {"mail-1": "fine"})

    assert found(api, project, "refund", "&state=unlabelled") == ["mail-2"]
    assert found(api, project, "refund", "&state=labelled") == ["mail-1"]
    assert api.call("DELETE", f"{project}/items/mail-2").status_code == 204
    assert found(api, project, "refund") == ["mail-1"]


def test_items_without_texts_are_found_by_key_and_metadata(api: Api) -> None:
    project = api.make_project()
    items = [{"key": f"img-{n}", "vector": [n, 1], "metadata": {"line": f"L{n}"}} for n in range(3)]
    api.post(f"{project}/items", {"items": items}, 201)

    assert found(api, project, "IMG-1") == ["img-1"]
    assert found(api, project, "l2") == ["img-2"]
    assert "text" not in api.get(f"{project}/items?query=l2")["data"][0]


def test_pages_go_on_behind_what_was_found(api: Api) -> None:
    project = api.make_project()
    api.add_vectors(project, {f"{'ab'[n % 2]}{n}": [n, 1] for n in range(20)})
    seen: list[str] = []

    path, pages = f"{project}/items?query=a&limit=4", 0
    while path:
        response = api.call("GET", path)
        seen += [item["key"] for item in response.json["data"]]
        cursor = response.json["next_cursor"]
        assert ("next" in response.headers.get("Link", "")) is (cursor is not None)
        path = cursor and f"{project}/items?query=a&limit=4&cursor={cursor}"
        pages += 1

    assert seen == [f"a{n}" for n in range(0, 20, 2)]
    assert pages == 3


def test_a_page_ends_when_its_time_is_over_and_says_where_to_go_on(
    api: Api, runtime: Runtime, clock: FrozenClock
) -> None:
    project = api.make_project()
    with runtime.sessions.begin() as session:  # a large pool with one item at its end
        project_of(session, project).next_position = 2 * searches.STRETCH
    api.add_vectors(project, {"last": [1, 1]})
    clock.pace = (searches.LONGEST + timedelta(seconds=1)).total_seconds()

    first = api.get(f"{project}/items?query=last")
    second = api.get(f"{project}/items?query=last&cursor={first['next_cursor']}")
    third = api.get(f"{project}/items?query=last&cursor={second['next_cursor']}")

    assert first["data"] == second["data"] == []
    assert [item["key"] for item in third["data"]] == ["last"]
    assert third["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("query=%20", "/query"),
        (f"query={'x' * 201}", "/query"),
        ("query=a%00b", "/query"),
        ("near=a&query=b", "/near"),
        ("near=a&cursor=MQ", "/near"),
        ("query=a&state=gone", "/state"),
    ],
)
def test_what_cannot_be_looked_for_is_named(api: Api, query: str, pointer: str) -> None:
    project = mails(api)

    refused = api.call("GET", f"{project}/items?{query}")

    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json["errors"]] == [pointer]


def test_reserved_items_are_found_like_all_others(api: Api, runtime: Runtime) -> None:
    project = api.make_project(batch={"audit_share": 0.5})
    api.add_vectors(project, {f"i{n}": [n, 1] for n in range(100)})

    counts = api.get(project)["counts"]
    page = api.get(f"{project}/items?query=i&limit=1000&state=unlabelled")["data"]

    assert counts["audit"] > 0
    assert len(page) == 100
    assert len({tuple(item) for item in page}) == 1
