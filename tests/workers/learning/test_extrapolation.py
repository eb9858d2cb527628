"""A power law is found where there is one, and what more labels give is bounded."""

import numpy as np
import pytest

from workers.learning import extrapolation

LABELS = np.array([50, 100, 200, 400, 800, 1600])


@pytest.mark.parametrize("law", [(0.05, 2.0, 0.5), (0.0, 0.9, 0.3), (0.1, 5.0, 1.0)])
def test_an_exact_law_is_found(law: tuple[float, float, float]) -> None:
    floor, height, rate = law
    errors = floor + height * LABELS.astype(float) ** -rate

    found = extrapolation.fit(LABELS, errors)

    assert found is not None
    assert found.at(3200) == pytest.approx(floor + height * 3200**-rate, abs=2e-3)
    assert found.gain(1600, share=0.1) == pytest.approx(
        height * (1600**-rate - 1760**-rate), abs=5e-4
    )


def test_four_points_are_too_few_and_weights_count() -> None:
    errors = 0.05 + 2.0 * LABELS**-0.5
    errors[3] += 0.2
    weights = np.where(np.arange(6) == 3, 1e-9, 1.0)

    found = extrapolation.fit(LABELS, errors, weights)

    assert extrapolation.fit(LABELS[:4], errors[:4]) is None
    assert found is not None
    assert found.at(1600) == pytest.approx(errors[5], abs=1e-3)


def test_errors_that_rise_give_no_gain() -> None:
    found = extrapolation.fit(LABELS, np.linspace(0.1, 0.3, 6))

    assert found is not None
    assert found.gain(1600, share=0.1) == pytest.approx(0.0, abs=1e-9)


def test_the_bound_of_the_gain_shrinks_with_audit_labels() -> None:
    rng = np.random.default_rng(0)
    errors = 0.02 + 3.0 * LABELS**-0.6

    def judged(items: int) -> tuple[float, float]:
        gains = []
        for _ in range(4):
            right = rng.random((6, items)) >= errors[:, None]
            found = extrapolation.gain(LABELS, right, at=1600, share=0.1, rng=rng)
            assert found is not None
            gains.append((found.expected, found.high))
        expected, high = np.mean(gains, axis=0)
        return expected, high

    few, many = judged(100), judged(10_000)

    assert few[1] > many[1] >= many[0]
    assert many[0] == pytest.approx(3.0 * (1600**-0.6 - 1760**-0.6), abs=5e-4)
    assert extrapolation.gain(LABELS, np.zeros((6, 0), bool), at=1600, share=0.1, rng=rng) is None
