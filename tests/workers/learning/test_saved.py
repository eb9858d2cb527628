"""Labels saved: a range that holds the truth where it can be told, and is withheld where not."""

import numpy as np
import pytest

from workers.learning import powers, saved
from workers.learning.saved import Needed, Trial
from workers.learning.scaling import DenseMoments
from workers.learning.specs import EstimatorSpec

ITEMS = 400


def trials(errors: dict[int, float], *, seed: int = 0) -> list[Trial]:
    """Trials of given errors on items of which the taught ones are not judged."""
    rng, found = np.random.default_rng(seed), []
    for labels, error in errors.items():
        for _ in range(saved.DRAWS):
            tested = rng.permutation(ITEMS) >= labels
            found.append(
                Trial(labels=labels, tested=tested, right=tested & (rng.random(ITEMS) >= error))
            )
    return found


def version(error: float) -> np.ndarray:
    """Which items a version gets right, of this error exactly."""
    right = np.arange(ITEMS) >= round(error * ITEMS)
    return np.random.default_rng(1).permutation(right)


STEEP = {n: 0.02 + 3.0 * n**-0.5 for n in (40, 60, 100, 150, 220, 300)}
JUDGES = np.ones(ITEMS, dtype=bool)


def test_the_range_holds_the_labels_at_which_the_curves_meet() -> None:
    right = version(0.02 + 3.0 * 400**-0.5)

    found = saved.needed(trials(STEEP), JUDGES, right, used=200, rng=np.random.default_rng(0))

    assert found.detail is None
    assert found.low is not None
    assert found.high is not None
    assert found.low <= 400 <= found.high
    assert found.low > 100


def test_a_flat_curve_tells_nothing() -> None:
    flat = dict.fromkeys(STEEP, 0.1)

    found = saved.needed(trials(flat), JUDGES, version(0.1), used=200, rng=np.random.default_rng(0))

    assert (found.low, found.high) == (None, None)
    assert found.detail


def test_of_what_is_far_beyond_the_random_labels_only_the_lower_end_is_told() -> None:
    found = saved.needed(
        trials(STEEP), JUDGES, version(0.021), used=200, rng=np.random.default_rng(0)
    )

    assert found == Needed(low=600, high=None)


def test_that_it_is_more_than_fewer_labels_than_were_used_is_not_told() -> None:
    right, rng = version(0.021), np.random.default_rng(0)

    found = saved.needed(trials(STEEP), JUDGES, right, used=600, rng=rng)

    assert found == Needed(detail="the model is better than 300 random labels can show")


def test_beyond_a_flat_curve_nothing_is_told() -> None:
    flat = dict.fromkeys(STEEP, 0.1)

    found = saved.needed(
        trials(flat), JUDGES, version(0.05), used=200, rng=np.random.default_rng(0)
    )

    assert (found.low, found.high) == (None, None)
    assert "flat" in (found.detail or "")


def test_too_few_sizes_draw_no_curve() -> None:
    few = {n: STEEP[n] for n in (40, 60)}

    found = saved.needed(trials(few), JUDGES, version(0.2), used=200, rng=np.random.default_rng(0))

    assert "too few" in (found.detail or "")


@pytest.mark.parametrize("power", [0.2, 0.5, 1.0])
def test_a_power_law_is_found_again(power: float) -> None:
    sizes = np.geomspace(20, 400, 8)
    errors = 0.05 + 0.9 * (sizes / 20) ** -power

    found = powers.fit(sizes, errors, np.ones(8))

    for labels in (30, 400, 800):
        assert found.error(labels) == pytest.approx(0.05 + 0.9 * (labels / 20) ** -power, abs=0.02)


def test_no_version_is_judged_on_what_it_was_taught_nor_on_what_chance_did_not_draw() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(120, 2)).astype(np.float32)
    judges = np.arange(120) < 90

    found = saved.trials(
        EstimatorSpec(name="logistic", parameters={"C": 1.0}),
        rows,
        (rows[:, 0] > 0).astype(np.int64),
        judges,
        classes=2,
        moments=DenseMoments(count=120, mean=np.zeros(2), variance=np.ones(2)),
        rng=rng,
    )

    assert {trial.labels for trial in found} <= set(range(saved.FEWEST, 91))
    assert len(found) > 10
    for trial in found:
        assert not (trial.tested & ~judges).any()
        assert 90 - trial.labels <= trial.tested.sum() < 90
        assert trial.right[trial.tested].mean() > 0.7
