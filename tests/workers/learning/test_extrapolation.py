"""What more labels give is bounded."""

import numpy as np
import pytest

from workers.learning import extrapolation

LABELS = np.array([50, 100, 200, 400, 800, 1600])


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


@pytest.mark.parametrize(("versions", "items"), [(6, 0), (6, 49), (4, 100)])
def test_no_items_and_few_versions_tell_of_no_gain(versions: int, items: int) -> None:
    rng, right = np.random.default_rng(0), np.zeros((versions, items), bool)

    assert extrapolation.gain(LABELS[:versions], right, at=1600, share=0.1, rng=rng) is None
