"""Annotators and a version together know more than either, and know how much they know."""

import numpy as np
import pytest

from tests.workers.learning import crowd
from workers.learning import agreement, crowdlab
from workers.learning.votes import Votes

SKILL = [0.95, 0.9, 0.8, 0.7, 0.6]


def simulated(seed: int, *, labels_per_item: int = 3) -> tuple[np.ndarray, Votes, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 4, 500)
    labels = crowd.votes(truth, SKILL, labels_per_item=labels_per_item, classes=4, rng=rng)
    return truth, labels, crowd.probabilities(truth, accuracy=0.85, classes=4, rng=rng)


def by_hand(votes: Votes, proba: np.ndarray) -> np.ndarray:
    """The posterior as the paper writes it down, item by item."""
    items, classes = votes.items, votes.classes
    said = [
        {
            int(who): int(label)
            for at, who, label in zip(votes.item, votes.annotator, votes.label, strict=True)
            if at == item
        }
        for item in range(items)
    ]
    majority = [
        max(range(classes), key=lambda k: sum(y == k for y in said[i].values()) + proba[i, k] / 2)
        for i in range(items)
    ]
    several = [i for i in range(items) if len(said[i]) > 1]
    likelihood = np.mean([np.mean([y == majority[i] for y in said[i].values()]) for i in several])
    commonest = max(range(classes), key=lambda k: sum(majority[i] == k for i in several))
    baseline = np.mean([majority[i] != commonest for i in several])
    weights = []
    for j in range(votes.annotators):
        pairs = [
            (said[i][j] == y) for i in several if j in said[i] for k, y in said[i].items() if k != j
        ]
        weights.append(max(1 - (1 - np.mean(pairs)) / baseline, 1e-6))
    error = np.mean([proba[i].argmax() != majority[i] for i in several])
    model = max(1 - error / baseline, 1e-6) * np.sqrt(np.mean([len(each) for each in said]))
    out = np.zeros((items, classes))
    for i in range(items):
        out[i] = model * proba[i]
        for j, y in said[i].items():
            rest = (1 - likelihood) / (classes - 1)
            out[i] += weights[j] * np.array(
                [likelihood if k == y else rest for k in range(classes)]
            )
    return out / out.sum(axis=1, keepdims=True)


def test_the_posterior_is_that_of_the_paper() -> None:
    _, votes, proba = simulated(0)

    found = crowdlab.agree(votes, proba)

    assert np.allclose(found.posterior, by_hand(votes, proba))


@pytest.mark.parametrize("seed", range(3))
def test_the_consensus_is_right_more_often_than_version_and_single_labels(seed: int) -> None:
    truth, votes, proba = simulated(seed)

    found = crowdlab.agree(votes, proba)

    assert np.mean(found.labels == truth) > np.mean(votes.label == truth[votes.item])
    assert np.mean(found.labels == truth) > np.mean(proba.argmax(axis=1) == truth)
    assert found.quality[found.labels == truth].mean() > found.quality[found.labels != truth].mean()


def test_weights_and_qualities_are_in_the_order_of_skill() -> None:
    _, votes, proba = simulated(1)

    found = crowdlab.agree(votes, proba)
    others = crowdlab.posterior(votes, proba, found.weights, without_own=True)

    assert found.weights.annotators[0] > found.weights.annotators[2] > found.weights.annotators[4]
    quality = agreement.qualities(votes, others)
    assert quality[0] > quality[2] > quality[4]


def test_what_others_say_does_not_hold_the_label_itself() -> None:
    one = Votes(
        item=np.array([0]),
        annotator=np.array([0]),
        label=np.array([1]),
        items=1,
        annotators=1,
        classes=2,
    )
    proba = np.array([[0.9, 0.1]])

    others = crowdlab.posterior(one, proba, crowdlab.weigh(one, proba), without_own=True)

    assert np.allclose(others, proba)


def test_without_shared_items_all_count_alike() -> None:
    _, votes, proba = simulated(0, labels_per_item=1)

    weights = crowdlab.weigh(votes, proba)

    assert weights.model == 1.0
    assert set(weights.annotators) == {1.0}


def test_a_doubted_label_is_asked_about_before_new_items_and_a_sure_one_after() -> None:
    truth, votes, proba = simulated(2, labels_per_item=1)
    found = crowdlab.agree(votes, proba)

    again = crowdlab.ask_again(votes, found)
    new = crowdlab.ask_new(np.array([0.3, 0.99]), found.weights, classes=4)

    assert again[found.labels != truth].mean() < again[found.labels == truth].mean()
    assert new[0] < new[1]
    assert new[0] < again.max()
