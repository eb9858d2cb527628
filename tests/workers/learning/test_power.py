"""Power noise: a draw by margins, and never what is certain before what is not."""

import numpy as np
import pytest

from workers.learning import selection, strategies
from workers.learning.fitted import Outputs


def said(proba: np.ndarray) -> Outputs:
    return Outputs(label=proba.argmax(axis=1), proba=proba)


def test_power_noise_is_a_draw_with_probabilities_proportional_to_the_margins() -> None:
    proba = np.array([[0.5, 0.5], [0.75, 0.25], [0.95, 0.05]])  # margins 1, 0.5, 0.1

    firsts = [
        int(strategies.power(said(proba), selection.draws(seed, np.arange(3))).argmax())
        for seed in range(6000)
    ]

    shares = np.bincount(firsts, minlength=3) / len(firsts)
    np.testing.assert_allclose(shares, np.array([1, 0.5, 0.1]) / 1.6, atol=0.02)


def test_power_is_the_exponential_of_log_margin_plus_gumbel_noise() -> None:
    first, draws = np.linspace(0.01, 0.5, 100), selection.draws(5, np.arange(100))
    proba = np.column_stack([first, 1 - first])

    scores = strategies.power(said(proba), draws)

    doubt = strategies.margin(said(proba), draws)
    noise = -np.log(-np.log1p(-draws))
    np.testing.assert_allclose(np.log(scores), np.log(doubt) + noise, rtol=1e-9)


@pytest.mark.parametrize("draw", [0.0, 1 - 2.0**-53])
def test_no_draw_makes_a_certain_row_likely_or_a_score_infinite(draw: float) -> None:
    proba = np.array([[1.0, 0.0], [0.5, 0.5]])

    certain, uniform = strategies.power(said(proba), np.full(2, draw))

    assert certain == 0 < uniform < np.inf
