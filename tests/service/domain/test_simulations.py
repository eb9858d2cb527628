"""What a simulation needs, and what it costs."""

from dataclasses import asdict, replace

import orjson
import pytest

from service.domain import simulations
from service.domain.simulations import Asked, Origin

ASKED = Asked(
    strategies=("margin", "random"),
    estimator={"name": "auto"},
    seeds=3,
    batch_size=10,
    labels=95,
    test_share=0.3,
)


def test_every_strategy_is_replayed_under_every_seed() -> None:
    assert ASKED.replays() == [(each, seed) for seed in range(3) for each in ("margin", "random")]


@pytest.mark.parametrize("targets", [None, (0.8, 0.9)])
def test_what_was_asked_is_read_back_from_json(targets: tuple[float, ...] | None) -> None:
    asked = replace(ASKED, targets=targets)

    assert simulations.asked_of(orjson.loads(orjson.dumps(asdict(asked)))) == asked


@pytest.mark.parametrize(
    ("items", "rounds"),
    [(1_000, 2 * 3 * 10), (100, 2 * 3 * 7)],
    ids=["bounded by the budget", "bounded by the pool"],
)
def test_no_more_rounds_than_are_allowed(items: int, rounds: int) -> None:
    assert simulations.problem_of_rounds(ASKED, items=items, most=rounds) is None

    found = simulations.problem_of_rounds(ASKED, items=items, most=rounds - 1)

    assert found is not None
    assert found[0] == "seeds"
    assert f"are {rounds} rounds; {rounds - 1} are allowed" in found[1]


def test_one_replay_has_no_more_batches_than_a_worker_goes_through() -> None:
    asked = replace(ASKED, labels=10_000, batch_size=9)

    found = simulations.problem_of_rounds(asked, items=100_000, most=10**9)

    assert found == ("batch_size", "makes 1112 batches of a replay; 1000 are allowed")


@pytest.mark.parametrize("batch_size", [1, 7, 10, 100])
@pytest.mark.parametrize("test_share", [0.05, 0.3, 0.5, 0.95])
def test_the_least_number_of_items_can_be_split(batch_size: int, test_share: float) -> None:
    least = simulations.least_items(batch_size=batch_size, test_share=test_share)

    judged = round(test_share * least)
    assert judged >= simulations.LEAST_JUDGED
    assert least - judged >= 2 * batch_size


@pytest.mark.parametrize(
    ("items", "classes", "words"),
    [
        (0, 0, "no item is labelled"),
        (500, 1, "all labels are of one class"),
        (66, 2, "67 labelled items are needed for batches of 10 and a test share of 0.3"),
    ],
)
def test_labels_that_cannot_be_replayed_are_told_apart(
    items: int, classes: int, words: str
) -> None:
    assert words in (simulations.problem_of_labels(ASKED, items=items, classes=classes) or "")


def test_enough_labels_are_no_problem() -> None:
    assert simulations.problem_of_labels(ASKED, items=67, classes=2) is None


def test_only_labels_of_a_part_of_the_pool_are_called_harder() -> None:
    some = simulations.how_to_read(Origin(items=80, reserved=9, registered=100))
    whole = simulations.how_to_read(Origin(items=100, reserved=9, registered=100))

    assert "harder to tell apart" in some
    assert "which is all of the pool" in whole
    assert "harder" not in whole
