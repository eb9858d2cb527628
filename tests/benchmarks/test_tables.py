"""What the demonstration concludes, and where it declines to."""

import pytest

from benchmarks import tables
from benchmarks.curves import Curve, Saving


@pytest.mark.parametrize(
    ("needed", "sentence"),
    [
        ([100.0, 140.0], "the service needs 120, audit labels included: 60% (53% to 67%) saved"),
        ([100.0, 400.0], "cannot be told from none at 300 labels"),
        ([100.0, None], "In 1 of 2 seeds the service did not reach"),
    ],
    ids=["saved", "seeds disagree", "not reached"],
)
def test_the_verdict_says_no_more_than_the_seeds_do(
    needed: list[float | None], sentence: str
) -> None:
    assert sentence in tables.verdict([Saving(labels=300, accuracy=0.92, needed=needed)])


def test_without_a_measurement_there_is_no_verdict() -> None:
    assert "not told" in tables.verdict([])


def test_random_choice_is_matched_at_thirds_of_its_labels() -> None:
    labels = list(range(10, 301, 10))
    rising = [each / 300 for each in labels]
    random = Curve(arm="random", seed=0, labels=labels, accuracies=rising)

    found = tables.savings([random], [random], labels=300)

    assert [each.labels for each in found] == [100, 200, 300]
    assert [each.needed[0] for each in found] == [pytest.approx(each.labels) for each in found]
