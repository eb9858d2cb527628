"""Hand-outs that come at once share a transaction, and no item."""

from typing import Any

import pytest

from service.runtime import Runtime
from tests.api import Api
from tests.service.actions.crowds import asking, at_once, posting
from tests.service.rows import PLAIN, keys, write_ranking
from tests.service.statements import statements

MIXED = {"audit_share": 0.2, "coverage_share": 0.2}


def ranked(api: Api, runtime: Runtime, items: int, **more: Any) -> str:
    project = api.make_project(**{"batch": PLAIN} | more)
    api.add_vectors(project, {f"i{number}": [number, 1] for number in range(items)})
    write_ranking(runtime, project, range(items))
    return project


def test_those_who_ask_at_once_get_one_stretch_of_the_ranking_after_the_other(
    api: Api, runtime: Runtime
) -> None:
    project = ranked(api, runtime, 40)
    asks = [asking(project, 1 + number, f"p{number}") for number in range(6)]

    with statements(runtime) as seen:
        answers = [answer.json for answer in at_once(api, runtime, project, asks)]

    served = [key for answer in answers for key in keys(answer)]
    assert [len(keys(answer)) for answer in answers] == [1, 2, 3, 4, 5, 6]
    assert served == [f"i{number}" for number in range(21)]
    assert [answer["annotator"] for answer in answers] == [f"p{number}" for number in range(6)]
    assert len({answer["lease"]["token"] for answer in answers}) == 6
    # SQLite's turn comes when all wait; on PostgreSQL the first may have begun alone.
    assert len([each for each in seen if "INSERT INTO lease" in each]) in (1, 2)


def test_shares_hold_and_the_log_tells_of_each(api: Api, runtime: Runtime) -> None:
    project = ranked(api, runtime, 300, batch=MIXED)
    asks = [asking(project, 10, f"p{number}") for number in range(8)]

    answers = [answer.json for answer in at_once(api, runtime, project, asks)]

    served = [item for answer in answers for item in answer["items"]]
    assert len({item["key"] for item in served}) == 80
    for answer in answers:
        reasons = [item["reason"] for item in answer["items"]]
        assert (reasons.count("audit"), reasons.count("coverage")) == (2, 2)
    log = api.get(f"{project}/selections?limit=1000")["data"]
    told = {(row["batch"], row["position"], row["key"], row["annotator"]) for row in log}
    assert told == {
        (answer["id"], item["position"], item["key"], answer["annotator"])
        for answer in answers
        for item in answer["items"]
    }


def test_what_one_of_them_skipped_goes_to_another(api: Api, runtime: Runtime) -> None:
    project = ranked(api, runtime, 4)
    posting(project, {"i0": None}, "ana")(api)
    asks = [asking(project, 1, name) for name in ("zoe", "ana", "ben", "cleo")]
    posting(project, {"i1": None}, "zoe")(api)

    answers = [answer.json for answer in at_once(api, runtime, project, asks)]

    served = {answer["annotator"]: keys(answer) for answer in answers}
    assert served["zoe"] != ["i1"]
    assert served["ana"] != ["i0"]
    assert sorted(key for each in served.values() for key in each) == ["i0", "i1", "i2", "i3"]


@pytest.mark.parametrize("people", [2, 3])
def test_where_items_go_to_several_people_nobody_gets_one_twice(
    api: Api, runtime: Runtime, people: int
) -> None:
    project = ranked(api, runtime, 6, labels_per_item=people)
    asks = [asking(project, 4, name) for name in ("ana", "ben", "cleo", "ana", "dan", "ben")]

    answers = [answer.json for answer in at_once(api, runtime, project, asks)]

    had = [(key, answer["annotator"]) for answer in answers for key in keys(answer)]
    assert len(set(had)) == len(had) == 6 * people
    assert max(sum(key == f"i{n}" for key, _ in had) for n in range(6)) == people


def test_who_comes_too_late_is_told_when_to_come_again(api: Api, runtime: Runtime) -> None:
    project = ranked(api, runtime, 10)
    asks = [asking(project, 4, f"p{number}") for number in range(4)]

    answers = [answer.json for answer in at_once(api, runtime, project, asks)]

    assert [len(keys(answer)) for answer in answers] == [4, 4, 2, 0]
    assert [answer["exhausted"] for answer in answers] == [False, False, True, True]
    assert [answer["leased"] for answer in answers] == [0, 0, 8, 10]
    assert answers[3]["retry_after_seconds"] == 900
