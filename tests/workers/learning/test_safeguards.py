"""A safeguard answers in words that can be shown."""

import pytest

from workers.learning import safeguards


@pytest.mark.parametrize(
    ("counts", "passed", "reason"),
    [
        ([12, 0], False, "all 12 training labels are 'fine'; a model needs at least two classes"),
        ([0, 1], False, "the only training label is 'defect'; a model needs at least two classes"),
        ([0, 0], False, "there are no training labels; a model needs two classes"),
        ([1, 1], True, "2 training labels of 2 of 2 classes"),
    ],
)
def test_two_classes_make_labels_trainable(counts: list[int], *, passed: bool, reason: str) -> None:
    verdict = safeguards.trainable(counts, ["fine", "defect"])

    assert verdict == safeguards.Verdict(passed=passed, reason=reason)


def test_counts_are_one_a_class() -> None:
    with pytest.raises(ValueError, match="zip"):
        safeguards.trainable([1, 2, 3], ["fine", "defect"])
