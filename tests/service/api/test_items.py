"""Items over HTTP."""

from urllib.parse import quote

import pytest

from tests.api import Api
from tests.fakes import RecordingQueue

KEYS = (
    "plain.png",
    "/data/a/b.png",
    "a//b",
    "trailing/",
    "..",
    "a?b#c%d",
    "日本 语 ✓",
    "new\nline",
    "😀",
    "k" * 500,
)


def test_registering_the_same_again_is_unchanged(api: Api, queue: RecordingQueue) -> None:
    project = api.make_project()
    first = api.add_vectors(project, {"a": [0.1, 1], "b": [1, 0]})
    announced = queue.take()

    second = api.add_vectors(project, {"a": [0.1, 1], "b": [1, 0]})

    assert first == {"registered": 2, "unchanged": 0}
    assert second == {"registered": 0, "unchanged": 2}
    assert [stage for stage, _ in announced] == ["encode"]
    assert queue.take() == []


def test_a_key_stands_for_the_same_content_for_ever(api: Api) -> None:
    project = api.make_project()
    api.add_vectors(project, {"a": [0, 1]})
    items = [{"key": "new", "vector": [1, 1]}, {"key": "a", "vector": [0, 2]}]

    refused = api.call("POST", f"{project}/items", json={"items": items})

    assert refused.status_code == 409
    assert refused.json["errors"][0]["pointer"] == "/items/1/key"
    assert [row["key"] for row in api.get(f"{project}/items")["data"]] == ["a"]


def test_one_request_may_repeat_an_item_and_not_contradict_itself(api: Api) -> None:
    project = api.make_project()
    same = [{"key": "a", "vector": [0, 1]}] * 2
    other = [{"key": "b", "vector": [0, 1]}, {"key": "b", "vector": [1, 1]}]

    assert api.post(f"{project}/items", {"items": same}, 201) == {"registered": 1, "unchanged": 1}
    assert api.call("POST", f"{project}/items", json={"items": other}).status_code == 409


def test_any_text_is_a_key(api: Api) -> None:
    project = api.make_project()
    api.add_vectors(project, {key: [0, 1] for key in KEYS})

    for number, key in enumerate(KEYS):
        path = f"{project}/items/{quote(key, safe='')}"
        assert api.get(path)["key"] == key
        assert api.label(project, {key: "fine"})["recorded"] == 1
        assert api.call("DELETE", path).status_code == 204
        left = [row["key"] for row in api.get(f"{project}/items")["data"]]
        assert left == list(KEYS[number + 1 :])


def test_metadata_text_and_group_come_back_as_they_were(api: Api) -> None:
    project = api.make_project(input={"type": "text"})
    metadata = {"line": 3, "ünï": [1.5, None, True, {"x": "y"}], "big": 2**53}
    item = {"key": "doc-9", "text": "Ein Satz.\n😀", "metadata": metadata, "group": "patient-7"}

    api.post(f"{project}/items", {"items": [item]}, 201)

    found = api.get(f"{project}/items/doc-9")
    assert found.items() >= item.items()
    served = api.batch(project, 1, explain=False)["items"][0]
    assert served == {"key": "doc-9", "position": 1, "metadata": metadata, "text": item["text"]}


def test_states_follow_what_happens_to_an_item(api: Api) -> None:
    project = api.make_project(batch={"audit_share": 0, "coverage_share": 0})
    api.add_vectors(project, {key: [0, 1] for key in "abcd"})
    held = api.batch(project, 1, "zoe")["items"][0]["key"]
    done, parked, free = sorted(set("abcd") - {held})
    api.label(project, {done: "fine", parked: None}, "ana")
    api.label(project, {parked: None}, "ben")

    for state, key in (
        ("leased", held),
        ("labelled", done),
        ("parked", parked),
        ("unlabelled", free),
    ):
        listed = api.get(f"{project}/items?state={state}")["data"]
        assert [row["key"] for row in listed] == [key]
        assert api.get(f"{project}/items/{key}")["state"] == state
    assert api.call("GET", f"{project}/items?state=lost").status_code == 422


def test_a_deleted_key_may_be_registered_anew(api: Api) -> None:
    project = api.make_project()
    api.add_vectors(project, {"a": [0, 1]})
    api.label(project, {"a": "fine"})
    label = api.get(f"{project}/labels")["data"][0]["id"]

    assert api.call("DELETE", f"{project}/items/a").status_code == 204

    assert api.call("GET", f"{project}/items/a").status_code == 404
    assert api.call("DELETE", f"{project}/items/a").status_code == 404
    assert api.call("DELETE", f"{project}/labels/{label}").status_code == 404
    assert api.get(f"{project}/labels")["data"] == []
    assert set(api.get(project)["counts"].values()) == {0}
    assert api.add_vectors(project, {"a": [5, 5]})["registered"] == 1
    again = api.get(f"{project}/items/a")
    assert (again["state"], again["labels"], again["history"]) == ("unlabelled", [], [])
    assert api.batch(project, 1)["items"][0]["key"] == "a"


def test_an_item_tells_its_history_to_managers_only(api: Api) -> None:
    project = api.make_project()
    api.add_vectors(project, {"a": [0, 1]})
    batch = api.batch(project, 1)
    api.label(project, {"a": "fine"})

    seen = api.get(f"{project}/items/a")
    shown = api.make_key("annotator").get(f"{project}/items/a")

    assert [label["value"] for label in seen["labels"]] == ["fine"]
    assert [served["batch"] for served in seen["history"]] == [batch["id"]]
    assert shown["history"] == []
    assert "reason" not in str(shown)


@pytest.mark.parametrize("number", [1e20, -1e20, 1e308, 0.1, 2**62])
def test_numbers_in_metadata_come_back_whatever_a_database_makes_of_them(
    api: Api, number: float
) -> None:
    project = api.make_project()
    item = {"key": "a", "vector": [0, 1], "metadata": {"mass": number}}

    api.post(f"{project}/items", {"items": [item]}, 201)

    assert api.get(f"{project}/items/a")["metadata"] == {"mass": number}
    assert api.get(f"{project}/items")["data"][0]["metadata"] == {"mass": number}
