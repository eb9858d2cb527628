"""What scoring writes of probabilities."""

import numpy as np
import pytest

from workers.scoring import narrowed


@pytest.mark.parametrize("spread", [1, 8, 60])
def test_probabilities_are_narrowed_as_numpy_does_it_in_either_order_of_memory(spread: int) -> None:
    decisions = np.random.default_rng(spread).normal(size=(2_000, 5)) * spread
    proba = np.exp(decisions - decisions.max(axis=1, keepdims=True))
    proba /= proba.sum(axis=1, keepdims=True)

    for given in (proba, np.asfortranarray(proba)):
        assert (narrowed(given) == proba.astype("<f2")).all()
