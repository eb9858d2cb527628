"""Labels for an accuracy, and labels saved at equal accuracy, against numbers worked by hand."""

import numpy as np
import pytest

from workers.learning import crossings
from workers.learning.crossings import Saved, Track
from workers.learning.curves import Curve


def track(*accuracies: float, step: int = 10) -> Track:
    """A track of versions after 0, 10, 20 … labels; the first is left out."""
    labels = [step * n for n in range(len(accuracies))]
    nothing = [0.0] * len(labels)
    return Track.of(
        Curve(labels=labels, accuracy=list(accuracies), macro_f1=nothing, log_loss=nothing)
    )


def straight(slope: float, *, points: int = 11) -> Track:
    """A track that rises by so much a label from zero, which smoothing changes at its ends only."""
    labels = np.arange(1, points) * 10.0
    return Track(labels=labels, accuracy=slope * labels, area=0.0)


# It touches .8 once, after fifty labels, and is as good long before as long after.
PLATEAU = Track(
    labels=np.arange(1, 11) * 10.0,
    accuracy=np.array([0.1, 0.5, 0.78, 0.78, 0.8, 0.78, 0.78, 0.78, 0.78, 0.78]),
    area=0.0,
)


def saved(ours: list[Track], base: list[Track], target: float) -> Saved:
    return crossings.save("margin", ours, "random", base, [target] * len(base))


def test_a_track_begins_with_the_first_batch_and_is_smoothed() -> None:
    found = track(0.1, 0.5, 0.8, 0.8)

    assert found.labels.tolist() == [10, 20, 30]
    assert found.accuracy == pytest.approx([0.65, 0.7, 0.8])
    assert found.last == pytest.approx(0.8)


def test_the_area_is_the_mean_accuracy_over_the_labels() -> None:
    # By the trapezoidal rule: (.5 + .7) / 2 and (.7 + .8) / 2, each over ten labels of twenty.
    assert track(0.0, 0.5, 0.7, 0.8).area == pytest.approx(0.675)
    assert track(0.0, 0.6).area == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("target", "labels"),
    [(0.05, 10), (0.1, 10), (0.25, 25), (1.0, 100), (1.01, None)],
    ids=["below the start", "at the start", "between", "at the end", "beyond"],
)
def test_labels_for_a_target_lie_on_straight_lines(target: float, labels: float | None) -> None:
    found = straight(0.01).labels_for(target)

    assert found == (labels if labels is None else pytest.approx(labels))


def test_labels_to_reach_have_an_interval_over_the_seeds() -> None:
    # 40 and 20 labels: mean 30, standard error 10, and Student's t of one degree is 12.706.
    found = crossings.reach([straight(0.01), straight(0.02)], [0.4, 0.4])

    assert (found.labels, found.low) == (pytest.approx(30), 0.0)
    assert found.high == pytest.approx(30 + 12.7062 * 10, abs=1e-3)
    assert found.detail is None


def test_a_target_that_a_seed_does_not_reach_has_no_mean() -> None:
    found = crossings.reach([straight(0.01), straight(0.005)], [0.8, 0.8])

    assert (found.labels, found.low, found.high) == (None, None, None)
    assert found.detail == "1 of 2 seeds did not reach it with 100 labels"


def test_the_ratio_is_paired_by_seed_and_geometric() -> None:
    # By seed 80 / 40 = 2 and 80 / 10 = 8: the geometric mean is 4, its logarithm's error ln 2.
    base, ours = [straight(0.01)] * 2, [straight(0.02), straight(0.08)]

    found = saved(ours, base, 0.8)

    assert found.ratio == pytest.approx(4.0)
    assert found.low == pytest.approx(4.0 * 2**-12.7062, rel=1e-4)
    assert found.high == pytest.approx(4.0 * 2**12.7062, rel=1e-4)
    assert "random needs 80 labels and margin 25" in found.detail
    assert "cannot be told from none saved" in found.detail


@pytest.mark.parametrize(
    ("slopes", "words"),
    [
        ((0.02, 0.020001), "50 % saved (a ratio of 2.00"),
        ((0.009, 0.009001), "11 % more (a ratio of 0.90"),
    ],
    ids=["fewer", "more"],
)
def test_a_clear_ratio_is_told_in_words(slopes: tuple[float, float], words: str) -> None:
    found = saved([straight(slope) for slope in slopes], [straight(0.01)] * 2, 0.8)

    assert words in found.detail


def test_one_seed_has_a_ratio_and_no_interval() -> None:
    found = saved([straight(0.02)], [straight(0.01)], 0.8)

    assert (found.ratio, found.low, found.high) == (pytest.approx(2.0), None, None)
    assert "of one seed" in found.detail


@pytest.mark.parametrize(
    ("ours", "base", "words"),
    [
        ([straight(0.005)], [straight(0.01)], "margin did not reach it with 100 labels"),
        ([straight(0.02)], [straight(0.005)], "random did not reach it with 100 labels"),
        ([straight(0.02)], [straight(0.08)], "random has it with its first 10 labels"),
        ([straight(0.02)], [PLATEAU], "the accuracy of random is flat"),
    ],
    ids=["strategy short", "random short", "at once", "flat"],
)
def test_what_cannot_be_told_is_not_told(ours: list[Track], base: list[Track], words: str) -> None:
    found = saved(ours, base, 0.8)

    assert (found.ratio, found.low, found.high) == (None, None, None)
    assert words in found.detail


def test_gains_within_their_error_are_flat() -> None:
    # Around 40 labels one seed gains and the other loses as much: the mean is zero.
    up, down = straight(0.01), straight(-0.01)
    tracks = [up, Track(labels=down.labels, accuracy=down.accuracy + 0.8, area=0.0)]

    found = crossings.save("margin", [straight(0.02)] * 2, "random", tracks, [0.4, 0.7])

    assert "of 2 seeds" not in found.detail
    assert found.ratio is None
