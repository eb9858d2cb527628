"""A power law is found where there is one."""

import numpy as np
import pytest

from workers.learning import powers

LABELS = np.array([50.0, 100, 200, 400, 800, 1600])


@pytest.mark.parametrize("law", [(0.05, 2.0, 0.5), (0.0, 0.9, 0.3), (0.1, 5.0, 1.0)])
def test_an_exact_law_is_found(law: tuple[float, float, float]) -> None:
    floor, height, rate = law
    errors = floor + height * LABELS**-rate

    found = powers.fit(LABELS, errors, np.ones(6))

    assert found.error(3200) == pytest.approx(floor + height * 3200**-rate, abs=2e-3)
    assert found.gain(1600, times=1.1) == pytest.approx(
        height * (1600**-rate - 1760**-rate), abs=5e-4
    )


def test_weights_count() -> None:
    errors = 0.05 + 2.0 * LABELS**-0.5
    errors[3] += 0.2
    weights = np.where(np.arange(6) == 3, 1e-9, 1.0)

    found = powers.fit(LABELS, errors, weights)

    assert found.error(1600) == pytest.approx(errors[5], abs=1e-3)


def test_errors_that_rise_give_no_gain() -> None:
    found = powers.fit(LABELS, np.linspace(0.1, 0.3, 6), np.ones(6))

    assert found.gain(1600, times=1.1) == pytest.approx(0.0, abs=1e-9)
