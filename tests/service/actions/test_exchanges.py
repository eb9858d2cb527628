"""Who asks and who posts at once: one transaction where there is one writer, and nothing lost."""

from typing import Any

from sqlalchemy import event, select

from service.runtime import Runtime
from service.store.tables.labelling import Batch, Label
from tests.api import Api
from tests.fakes import RecordingQueue
from tests.service.actions.crowds import asking, at_once, posting
from tests.service.rows import keys, ranked
from tests.service.statements import statements


def test_where_writers_take_turns_both_are_one_transaction_in_the_order_of_coming(
    api: Api, runtime: Runtime
) -> None:
    project = ranked(api, runtime, 40)
    both = [
        asking(project, 2, "ana"),
        posting(project, {"i39": "fine", "i34": "defect"}, "ben"),
        posting(project, {"i38": "fine", "nowhere": "fine"}, "cleo"),
        asking(project, 3, "dan"),
        posting(project, {"i37": "fine"}, "eve"),
    ]

    with statements(runtime) as seen:
        answers = at_once(api, runtime, project, both)

    assert [answer.status_code for answer in answers] == [201, 202, 422, 201, 202]
    assert [answers[at].json["recorded"] for at in (1, 4)] == [2, 1]
    began = [each for each in seen if each == "BEGIN IMMEDIATE"]
    if runtime.has_one_writer:
        assert len(began) == 2  # the first is that of who held them up
        # What was posted with them is not served any more.
        assert [keys(answers[at].json) for at in (0, 3)] == [["i38", "i36"], ["i35", "i33", "i32"]]
    assert len({key for at in (0, 3) for key in keys(answers[at].json)}) == 5
    counts = api.get(project)["counts"]
    assert (counts["labels"], counts["labelled"]) == (3, 3)


def test_one_that_breaks_all_leaves_nothing_and_each_is_tried_alone(
    api: Api, runtime: Runtime
) -> None:
    project = ranked(api, runtime, 10)
    broken: list[tuple[int, int]] = []

    def break_down(session: Any) -> None:
        there = tuple(len(session.scalars(select(of)).all()) for of in (Label, Batch))
        if not broken and sum(there) > 1:
            broken.append(there)
            raise RuntimeError("the power went off")

    event.listen(runtime.sessions, "before_commit", break_down)
    both = [
        asking(project, 2, "ana"),
        posting(project, {"i0": "fine"}, "ben"),
        asking(project, 2, "cleo"),
        posting(project, {"i1": "fine"}, "dan"),
    ]

    answers = at_once(api, runtime, project, both)

    assert len(broken) == 1
    assert [answer.status_code for answer in answers] == [201, 202, 201, 202]
    assert len({*keys(answers[0].json), *keys(answers[2].json)}) == 4
    counts = api.get(project)["counts"]
    assert (counts["labels"], counts["leased"]) == (2, 4)


def test_a_cycle_is_started_once_what_asked_for_it_is_committed(
    api: Api, runtime: Runtime, queue: RecordingQueue
) -> None:
    project = ranked(api, runtime, 10, retrain={"min_labels": 2, "share": 0})
    queue.take()
    values = {"i0": "fine", "i1": "defect"}

    answers = at_once(
        api, runtime, project, [asking(project, 2, "ana"), posting(project, values, "ben")]
    )

    run = answers[1].json["run"]
    assert [str(of) for _, (of,) in queue.take()] == [run["id"]]
