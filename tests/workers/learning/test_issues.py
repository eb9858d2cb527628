"""Labels that are probably wrong come first; those that nothing speaks against are not listed."""

import numpy as np

from tests.workers.learning import crowd
from workers.learning import issues


def test_wrong_labels_are_found_and_named() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 600)
    proba = crowd.probabilities(truth, accuracy=0.97, classes=3, rng=rng)
    labels = truth.copy()
    wrong = rng.permutation(600)[:30]
    labels[wrong] = (truth[wrong] + 1) % 3

    found = issues.suspected(labels, proba, proba[np.arange(600), labels])

    hits = [issue for issue in found if issue.item in set(wrong)]
    assert len(hits) >= 27
    assert sum(issue.suspected == truth[issue.item] for issue in hits) >= 27
    qualities = [issue.quality for issue in found]
    assert qualities == sorted(qualities)


def test_right_labels_of_an_unsure_version_are_no_issues() -> None:
    labels = np.array([0, 0, 1, 1])
    proba = np.array([[0.6, 0.4], [0.55, 0.45], [0.45, 0.55], [0.4, 0.6]])

    assert issues.suspected(labels, proba, proba[np.arange(4), labels]) == []


def test_no_more_are_listed_than_were_asked_for_and_none_of_nothing() -> None:
    proba = np.tile([[0.1, 0.9]], (200, 1))
    labels = np.append(np.zeros(199, np.int64), 1)

    found = issues.suspected(labels, proba, proba[np.arange(200), labels])

    assert len(found) == 100
    assert {issue.suspected for issue in found} == {1}
    assert issues.suspected(np.zeros(0, np.int64), np.zeros((0, 2)), np.zeros(0)) == []
