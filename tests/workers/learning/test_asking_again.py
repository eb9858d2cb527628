"""Labelled items are asked about again where that is worth more than asking about new ones."""

import numpy as np

from tests.workers.learning import crowd
from workers.learning import asking_again, crowdlab
from workers.learning.votes import Votes


def case(seed: int = 0) -> tuple[np.ndarray, Votes, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, 300)
    votes = crowd.votes(truth, [0.9, 0.7], labels_per_item=1, classes=3, rng=rng)
    return truth, votes, crowd.probabilities(truth, accuracy=0.9, classes=3, rng=rng)


def test_it_is_one_list_of_labelled_and_unlabelled_items() -> None:
    _, votes, proba = case()
    confidence = np.linspace(0.34, 0.99, 500)
    found = crowdlab.agree(votes, proba)
    again = crowdlab.ask_again(votes, found)
    new = crowdlab.ask_new(confidence, found.weights, classes=3)

    chosen = asking_again.choose(
        votes, proba, may_be_asked=np.ones(300, bool), confidence=confidence, count=550
    )

    first = np.argsort(np.concatenate([again, new]), kind="stable")[:550]
    assert set(chosen.items) == set(first[first < 300])
    assert 0 < len(chosen.items) < 300
    assert (np.diff(chosen.scores) >= 0).all()


def test_wrong_labels_are_found_and_items_without_a_free_place_are_left() -> None:
    truth, votes, proba = case(1)
    wrong = votes.label != truth
    may = np.arange(300) % 2 == 0

    chosen = asking_again.choose(
        votes, proba, may_be_asked=may, confidence=np.full(50, 0.99), count=30
    )

    assert len(chosen.items) == 30
    assert may[chosen.items].all()
    assert wrong[chosen.items].mean() > 2 * wrong.mean()


def test_surely_right_labels_are_not_asked_about_while_much_is_doubtful() -> None:
    _, votes, _ = case(2)
    sure = np.full((300, 3), 0.005)
    sure[np.arange(300), votes.label] = 0.99

    chosen = asking_again.choose(
        votes, sure, may_be_asked=np.ones(300, bool), confidence=np.full(100, 0.4), count=50
    )

    assert len(chosen.items) == 0
