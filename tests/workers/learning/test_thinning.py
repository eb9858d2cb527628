"""What crowds others out or repeats them stands back, and nothing is lost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from workers.learning import thinning


@settings(deadline=None)
@given(classes=st.lists(st.integers(0, 5), max_size=60), cap=st.integers(1, 9))
def test_no_class_has_more_than_its_cap_before_the_others_had_theirs(
    classes: list[int], cap: int
) -> None:
    order = thinning.capped(np.array(classes, dtype=np.int64), cap)

    assert sorted(order.tolist()) == list(range(len(classes)))
    rounds = [sum(classes[earlier] == classes[at] for earlier in range(at)) // cap for at in order]
    assert rounds == sorted(rounds)
    for number in set(rounds):
        here = [int(at) for at, each in zip(order, rounds, strict=True) if each == number]
        assert here == sorted(here)


@pytest.mark.parametrize(("classes", "batch"), [(20, 10), (77, 50), (77, 1)])
def test_a_batch_has_at_most_three_times_its_even_share_of_a_class(
    classes: int, batch: int
) -> None:
    rng = np.random.default_rng(0)
    crowded = np.where(rng.random(10 * batch) < 0.8, 0, rng.integers(0, classes, 10 * batch))
    cap = -(-3 * batch // classes)

    order = thinning.capped(crowded, cap)

    most = np.bincount(crowded[order[:batch]]).max()
    available = np.minimum(np.bincount(crowded), cap).sum()
    assert most <= cap or available < batch


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_matrix], ids=["dense", "sparse"])
def test_near_repeats_of_a_better_row_are_found(kind: type) -> None:
    rows = np.array(
        [[1, 0, 0], [0, 1, 0], [2, 0.01, 0], [0, 1, 1], [0, 5, 0.1], [0, 0, 0], [0, 0, 0]],
        dtype=np.float32,
    )

    assert thinning.repeats(kind(rows), 0.95).tolist() == [0, 0, 1, 0, 1, 0, 0]


@pytest.mark.parametrize("rows", [0, 1, 2, 1_300])
def test_a_row_repeats_only_one_that_is_kept(rows: int) -> None:
    angles = np.random.default_rng(0).uniform(0, 2 * np.pi, rows)
    unit = np.stack([np.cos(angles), np.sin(angles)], axis=1)

    found = thinning.repeats(unit, 0.95)

    kept: list[int] = []
    for row in range(rows):
        near = bool(kept) and bool((unit[kept] @ unit[row] > 0.95).any())
        assert found[row] == near
        if not near:
            kept.append(row)
