"""Labelled items in batches: another person is asked, in shares, and never the same one."""

from collections import Counter
from typing import Any

import pytest

from service.domain.catalogue import Asked
from service.runtime import Runtime
from service.store import rechecks
from tests.api import Api
from tests.service.rows import PLAIN, keys, write_ranking

AGAIN = ("activelab", "blind_repeat")


def pool(
    api: Api, runtime: Runtime, items: int, *, labelled: int = 0, **more: Any
) -> tuple[str, int]:
    """A project whose first items ana has labelled; its path and ranking."""
    project = api.make_project(**{"batch": PLAIN, "labels_per_item": 3} | more)
    api.add_vectors(project, {f"i{number}": [number, 1] for number in range(items)})
    if labelled:
        api.label(project, {f"i{number}": "fine" for number in range(labelled)}, "ana")
    return project, write_ranking(runtime, project, range(labelled, items)).id


def ask_again(runtime: Runtime, ranking: int, *, doubts: Any = (), repeats: Any = ()) -> None:
    """Write what is to be asked again, as workers do."""
    with runtime.sessions.begin() as session:
        scored = [(at, 0.1 * place, None) for place, at in enumerate(doubts)]
        rechecks.add(session, ranking, Asked.DOUBT, scored)
        drawn = [(at, None, 1 / len(repeats)) for at in repeats]
        rechecks.add(session, ranking, Asked.BLIND_REPEAT, drawn)


def log_of(api: Api, project: str) -> list[Any]:
    rows: list[Any] = api.get(f"{project}/selections?limit=1000")["data"]
    return rows


def test_a_quarter_of_a_batch_is_doubted_and_a_twentieth_is_repeated(
    api: Api, runtime: Runtime
) -> None:
    project, ranking = pool(api, runtime, 300, labelled=100)
    ask_again(runtime, ranking, doubts=range(50), repeats=range(50, 100))

    batches = [api.batch(project, 20, "ben")["items"] for _ in range(5)]

    for items in batches:
        reasons = Counter(item["reason"] for item in items)
        assert reasons == {"strategy": 14, "relabel": 6}
    kinds = Counter(row["strategy"] for row in log_of(api, project))
    assert kinds == {"margin": 70, "activelab": 25, "blind_repeat": 5}
    first = [item["key"] for item in batches[0] if item["reason"] == "relabel"]
    assert {"i0", "i1", "i2", "i3", "i4", "i50"} == set(first)
    places = [n for items in batches for n, item in enumerate(items) if item["reason"] == "relabel"]
    assert len(set(places)) > 10  # hidden among the others


def test_the_log_says_how_each_was_chosen(api: Api, runtime: Runtime) -> None:
    project, ranking = pool(api, runtime, 100, labelled=40)
    ask_again(runtime, ranking, doubts=range(20), repeats=range(20, 40))

    api.batch(project, 20, "ben")

    rows = {row["strategy"]: row for row in log_of(api, project) if row["reason"] == "relabel"}
    assert rows["activelab"]["probability_of_selection"] == "deterministic"
    assert rows["activelab"]["score"] is not None
    assert rows["blind_repeat"]["probability_of_selection"] == pytest.approx(1 / 20)


def test_who_labelled_an_item_is_not_asked_about_it_again(api: Api, runtime: Runtime) -> None:
    project, ranking = pool(api, runtime, 60, labelled=20)
    ask_again(runtime, ranking, doubts=range(20), repeats=range(20))

    mine = api.batch(project, 20, "ana")["items"]

    assert {item["reason"] for item in mine} == {"strategy"}


def test_an_item_that_somebody_holds_or_that_has_two_labels_is_not_repeated(
    api: Api, runtime: Runtime
) -> None:
    project, ranking = pool(api, runtime, 200, labelled=3)
    ask_again(runtime, ranking, repeats=range(3))
    api.label(project, {"i0": "fine"}, "ben")

    held = api.batch(project, 20, "cleo")["items"]
    other = api.batch(project, 20, "dan")["items"]

    assert [item["key"] for item in held if item["reason"] == "relabel"] == ["i1"]
    assert [item["key"] for item in other if item["reason"] == "relabel"] == ["i2"]


def test_new_items_come_first_and_all_get_as_many_labels_as_they_may_have(
    api: Api, runtime: Runtime
) -> None:
    project, _ = pool(api, runtime, 6, labels_per_item=2)

    ana, ben = api.batch(project, 3, "ana"), api.batch(project, 3, "ben")
    cleo = api.batch(project, 6, "cleo")

    assert not set(keys(ana)) & set(keys(ben))
    assert set(keys(cleo)) == {f"i{number}" for number in range(6)}
    assert {item["reason"] for item in cleo["items"]} == {"relabel"}
    log = [row for row in log_of(api, project) if row["annotator"] == "cleo"]
    assert {row["probability_of_selection"] for row in log} == {1.0}
    assert {row["strategy"] for row in log} == {"random"}


def test_where_one_label_is_enough_nothing_is_asked_again(api: Api, runtime: Runtime) -> None:
    project, ranking = pool(api, runtime, 40, labelled=10, labels_per_item=1)
    ask_again(runtime, ranking, doubts=range(10), repeats=range(10))

    batch = api.batch(project, 30, "ben")["items"]

    assert {item["reason"] for item in batch} == {"strategy"}
