"""Posts of labels that come at once share a transaction, and nothing else."""

from typing import Any

import pytest
from sqlalchemy import event, select

from service.runtime import Runtime
from service.store.tables.access import Receipt
from service.store.tables.labelling import Label
from tests.api import Api
from tests.fakes import RecordingQueue
from tests.service.actions.crowds import at_once, posting
from tests.service.rows import PLAIN, project_of
from tests.service.statements import statements

NEVER = {"min_labels": 1_000_000}


def pool(api: Api, **more: Any) -> str:
    project = api.make_project(**{"batch": PLAIN, "retrain": NEVER} | more)
    api.add_vectors(project, {f"i{number}": [number, 1] for number in range(40)})
    return project


def stored(runtime: Runtime) -> list[tuple[int, str]]:
    with runtime.readers() as session:
        rows = session.scalars(select(Label).order_by(Label.number))
        return [(row.position, row.annotator) for row in rows if row.is_current]


def test_posts_that_come_at_once_are_one_transaction(api: Api, runtime: Runtime) -> None:
    project = pool(api)
    posts = [posting(project, {f"i{n}": "fine", f"i{n + 20}": None}, f"p{n}") for n in range(6)]

    with statements(runtime) as seen:
        answers = at_once(api, runtime, project, posts)

    assert [answer.status_code for answer in answers] == [202] * 6
    assert {(answer.json["recorded"], answer.json["unchanged"]) for answer in answers} == {(2, 0)}
    assert len([each for each in seen if "INSERT INTO label" in each]) == 1
    assert stored(runtime) == [(at, f"p{n}") for n in range(6) for at in (n, n + 20)]
    assert api.get(project)["counts"]["labels"] == 6
    with runtime.readers() as session:
        assert project_of(session, project).label_events == 12


def test_one_that_is_refused_refuses_no_other(api: Api, runtime: Runtime) -> None:
    project = pool(api)
    posts = [
        posting(project, {"i0": "fine"}, "ana"),
        posting(project, {"i1": "fine"}, "ben"),
        posting(project, {"i2": "fine", "nowhere": "fine"}, "cleo"),
        posting(project, {"i3": "fine", "i4": "odd"}, "dan"),
        posting(project, {"i2": "defect"}, "eve"),
    ]

    answers = at_once(api, runtime, project, posts)

    assert [answer.status_code for answer in answers] == [202, 202, 422, 422, 202]
    assert answers[2].json["errors"][0]["pointer"] == "/labels/1/key"
    assert answers[3].json["errors"][0]["pointer"] == "/labels/1/value"
    assert stored(runtime) == [(0, "ana"), (1, "ben"), (2, "eve")]
    assert api.get(project)["counts"]["labelled"] == 3


def test_who_says_the_same_after_another_changes_nothing_and_who_differs_supersedes(
    api: Api, runtime: Runtime
) -> None:
    project = pool(api, labels_per_item=2)
    posts = [
        posting(project, {"i9": "fine"}, "zoe"),
        posting(project, {"i0": "fine"}, "ana"),
        posting(project, {"i0": "fine"}, "ana"),
        posting(project, {"i0": "defect"}, "ana"),
        posting(project, {"i0": "fine"}, "ben"),
    ]

    answers = at_once(api, runtime, project, posts)

    assert [answer.json["recorded"] for answer in answers] == [1, 1, 0, 1, 1]
    values = {row["annotator"]: row["value"] for row in api.get(f"{project}/labels")["data"]}
    assert values == {"zoe": "fine", "ana": "defect", "ben": "fine"}
    assert api.get(project)["counts"] | {"labelled": 1, "labels": 3} == api.get(project)["counts"]


def test_the_post_that_makes_a_cycle_due_is_told_of_it(
    api: Api, runtime: Runtime, queue: RecordingQueue
) -> None:
    project = pool(api, retrain={"min_labels": 4, "share": 0})
    queue.take()
    posts = [
        posting(project, {f"i{2 * n}": "fine", f"i{2 * n + 1}": "fine"}, "a") for n in range(5)
    ]

    answers = at_once(api, runtime, project, posts)

    runs = [answer.json["run"] for answer in answers]
    assert [run is not None for run in runs] == [False, True, False, False, False]
    assert answers[1].headers["Location"].endswith(runs[1]["id"])
    assert len(queue.take()) == 1


def test_a_key_that_comes_twice_at_once_counts_once(api: Api, runtime: Runtime) -> None:
    project = pool(api)
    key = {"Idempotency-Key": "once"}
    first, same = (posting(project, {f"i{n}": "fine"}, "ana", key) for n in (0, 0))
    other = posting(project, {"i1": "fine"}, "ben", {"Idempotency-Key": "other"})
    twice: list[int] = []

    def repeat(one: Api) -> Any:
        twice.append(same(one).status_code)
        return other(one)

    before = posting(project, {"i9": "fine"}, "zoe")
    answers = at_once(api, runtime, project, [before, first, repeat])

    assert [answer.status_code for answer in answers] == [202] * 3
    assert twice == [409]
    assert same(api).data == answers[1].data
    assert other(api).data == answers[2].data
    assert stored(runtime) == [(9, "zoe"), (0, "ana"), (1, "ben")]
    with runtime.readers() as session:
        assert len(session.scalars(select(Receipt)).all()) == 2


def test_a_transaction_that_breaks_leaves_nothing_and_each_is_tried_alone(
    api: Api, runtime: Runtime
) -> None:
    project = pool(api)
    broken: list[int] = []

    def break_down(session: Any) -> None:
        there = len(session.scalars(select(Label)).all())
        if not broken and there > 1:
            broken.append(there)
            raise RuntimeError("the power went off")

    posts = [posting(project, {f"i{n}": "fine"}, f"p{n}") for n in range(4)]
    event.listen(runtime.sessions, "before_commit", break_down)

    answers = at_once(api, runtime, project, posts)

    assert broken == [4]
    assert [answer.json["recorded"] for answer in answers] == [1] * 4
    assert sorted(stored(runtime)) == [(n, f"p{n}") for n in range(4)]
    assert api.get(project)["counts"]["labels"] == 4


@pytest.mark.parametrize("people", [8])
def test_a_crowd_that_posts_as_it_likes_is_counted_right(
    api: Api, runtime: Runtime, people: int
) -> None:
    project = pool(api)
    posts = [posting(project, {f"i{n}": "fine"}, f"p{n}") for n in range(people)]
    again = [posting(project, {f"i{n}": "defect"}, f"p{n}") for n in range(0, people, 2)]

    answers = at_once(api, runtime, project, [*posts, *again])

    assert sum(answer.json["recorded"] for answer in answers) == people * 3 // 2
    counts = api.get(project)["counts"]
    assert (counts["labels"], counts["labelled"]) == (people, people)
