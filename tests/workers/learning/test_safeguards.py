"""A safeguard answers in words that can be shown."""

import numpy as np
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


@pytest.mark.parametrize(
    ("both", "only_new", "only_in_use", "neither", "passed"),
    [
        (40, 2, 10, 8, True),
        (40, 1, 10, 9, False),
        (40, 0, 6, 4, True),
        (43, 0, 7, 0, False),
        (42, 0, 7, 0, True),
        (0, 60, 0, 0, True),
        (60, 0, 0, 0, True),
        (0, 0, 60, 0, False),
    ],
    ids=[
        "p = .019",
        "p = .006",
        "p = .016",
        "p = .008",
        "of 49 labels",
        "better",
        "alike",
        "always worse",
    ],
)
def test_a_version_is_refused_only_if_an_exact_test_calls_it_worse(
    both: int, only_new: int, only_in_use: int, neither: int, *, passed: bool
) -> None:
    counts = [both, only_new, only_in_use, neither]
    new, in_use = (np.repeat(right, counts) for right in ([True, True, False, False], [1, 0, 1, 0]))

    compared = safeguards.not_worse(new, in_use.astype(bool))

    assert compared.passed is passed
    assert (compared.labels, compared.only_new, compared.only_in_use) == (
        sum(counts),
        only_new,
        only_in_use,
    )
    words = f"of {sum(counts)} audit labels it got {both + only_new} right and the version in use "
    assert words in compared.reason
    assert compared.reason.startswith("it is clearly worse: ") is not passed


def test_versions_that_are_alike_are_hardly_ever_refused() -> None:
    rng = np.random.default_rng(0)

    refused = [
        not safeguards.not_worse(rng.random(400) < 0.9, rng.random(400) < 0.9).passed
        for _ in range(2_000)
    ]

    assert np.mean(refused) < 0.015
