"""Confusions are found from labels alone, where there are enough."""

import numpy as np

from tests.workers.learning import crowd
from workers.learning import consensus, dawid_skene
from workers.learning.votes import Votes

SKILL = [0.95, 0.95, 0.55, 0.55, 0.55]


def test_it_is_right_more_often_than_the_majority_and_finds_the_confusions() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 800)
    votes = crowd.votes(truth, SKILL, labels_per_item=4, classes=3, rng=rng)

    found = dawid_skene.estimate(votes)

    assert np.mean(found.labels == truth) > np.mean(votes.counts.argmax(axis=1) == truth) + 0.02
    diagonals = found.confusion[:, np.arange(3), np.arange(3)].mean(axis=1)
    assert np.abs(diagonals - SKILL).max() < 0.06
    assert np.allclose(found.confusion.sum(axis=2), 1)
    assert np.allclose(found.posterior.sum(axis=1), 1)


def test_many_labels_of_an_item_do_not_underflow() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 40)
    votes = crowd.votes(truth, [0.9] * 300, labels_per_item=300, classes=2, rng=rng)

    found = dawid_skene.estimate(votes)

    assert np.isfinite(found.posterior).all()
    assert (found.labels == truth).all()


def test_two_labels_of_an_item_and_nineteen_of_a_person_are_not_enough() -> None:
    def enough(items: int, labels_per_item: int) -> np.ndarray:
        count = items * labels_per_item
        return dawid_skene.where_enough(
            Votes(
                item=np.repeat(np.arange(items), labels_per_item),
                annotator=np.tile(np.arange(labels_per_item), items),
                label=np.zeros(count, dtype=np.int64),
                items=items,
                annotators=labels_per_item,
                classes=2,
            )
        )

    assert enough(20, 3).all()
    assert not enough(19, 3).any()
    assert not enough(100, 2).any()


def test_people_alone_are_judged_by_their_errors_from_twenty_labels_on() -> None:
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 2, 300)
    votes = crowd.votes(truth, [0.95, 0.6, 0.6], labels_per_item=3, classes=2, rng=rng)
    rows = [
        (int(item), int(label), number, f"person-{who}")
        for number, (item, label, who) in enumerate(
            zip(votes.item, votes.label, votes.annotator, strict=True)
        )
    ]

    found = consensus.of_rows(rows)
    few = consensus.of_rows(rows[:57])

    assert np.mean(found.labels == truth) > np.mean(votes.counts.argmax(axis=1) == truth) + 0.02
    assert (few.labels == votes.counts.argmax(axis=1)[:19]).all()
