"""Orders of a pool from scores and features, without a database."""

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from service.domain.catalogue import Reason, Strategy
from workers import ordering
from workers.learning import selection
from workers.ordering import Candidates
from workers.pool import moments


def candidates(matrix: Any, *, labelled: tuple[int, ...] = (), seed: int = 3) -> Candidates:
    """Offer all rows of a matrix but those that are labelled."""
    rows = np.arange(matrix.shape[0])
    return Candidates(
        positions=np.setdiff1d(rows, labelled),
        labelled=np.array(labelled, dtype=np.int64),
        features=lambda wanted: matrix[wanted],
        moments=moments.of(matrix),
        seed=seed,
        rng=np.random.default_rng(seed),
    )


def heaps(count: int, rows: int) -> np.ndarray:
    """So many tight heaps of points, far apart; row r is of heap r mod count."""
    rng = np.random.default_rng(0)
    centres = 10 * np.stack([np.cos(np.arange(count)), np.sin(np.arange(count))], axis=1)
    spread = 0.01 * rng.normal(size=(rows, 2))
    return (centres[np.arange(rows) % count] + spread).astype(np.float32)


def test_equal_scores_go_by_a_seeded_hash_and_not_by_position() -> None:
    pool = candidates(heaps(3, 50))
    scores = np.repeat([0.2, 0.9], 25)

    ordered = ordering.by_score(pool, scores, Strategy.MARGIN)

    ties = selection.hashes(3, np.arange(50))
    expected = sorted(range(50), key=lambda at: (-scores[at], int(ties[at])))
    assert ordered.ranked.positions.tolist() == expected
    assert expected[:25] != list(range(25, 50))
    other = ordering.by_score(candidates(heaps(3, 50), seed=4), scores, Strategy.MARGIN)
    assert other.ranked.positions.tolist() != expected


def test_the_head_by_margin_is_reordered_and_the_tail_is_not() -> None:
    pool = candidates(heaps(4, 300))
    scores = np.random.default_rng(1).random(300)
    plain = ordering.by_score(pool, scores, Strategy.MARGIN).ranked

    ordered = ordering.diversified(pool, plain, batch_size=4)

    head = 4 * ordering.SHORTLIST_BATCHES
    assert ordered.strategy == "margin_diversified"
    assert ordered.ranked.positions[0] == plain.positions[0]
    assert sorted(ordered.ranked.positions[:head]) == sorted(plain.positions[:head])
    assert ordered.ranked.positions[head:].tolist() == plain.positions[head:].tolist()
    assert len({int(at) % 4 for at in ordered.ranked.positions[:4]}) == 4
    assert ordered.ranked.scores.tolist() == scores[ordered.ranked.positions].tolist()


@pytest.mark.parametrize("reason", [Reason.COLD_START, Reason.STRATEGY])
def test_an_order_by_diversity_takes_one_of_each_heap_first(reason: Reason) -> None:
    ordered = ordering.by_diversity(candidates(heaps(6, 120)), reason=reason)

    assert len({int(at) % 6 for at in ordered.ranked.positions[:6]}) == 6
    assert sorted(ordered.ranked.positions) == list(range(120))
    assert np.all(np.diff(ordered.ranked.scores) < 0)
    assert ordered.reason == reason


def test_an_order_by_diversity_begins_far_from_what_is_labelled() -> None:
    labelled = (0, 1, 2, 3)

    ordered = ordering.by_diversity(
        candidates(heaps(6, 120), labelled=labelled), reason=Reason.STRATEGY
    )

    assert {int(at) % 6 for at in ordered.ranked.positions[:2]} == {4, 5}
    assert not set(labelled) & set(ordered.ranked.positions.tolist())


def test_texts_are_spread_over_their_words() -> None:
    counts = sparse.csr_matrix(np.kron(np.eye(5), np.ones((20, 3))).astype(np.float32))

    ordered = ordering.by_diversity(candidates(counts), reason=Reason.COLD_START)

    assert len({int(at) // 20 for at in ordered.ranked.positions[:5]}) == 5
    assert sorted(ordered.ranked.positions) == list(range(100))


def test_columns_of_unlike_spread_are_standardised_before_distances_are_taken() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(50, 3)).astype(np.float32)
    unlike = rows * np.array([1, 1, 1000], dtype=np.float32)

    scaled = ordering.scaled(candidates(unlike), unlike)
    unit = ordering.scaled(candidates(rows), rows)

    assert np.asarray(scaled).std(axis=0) == pytest.approx(np.ones(3), abs=1e-3)
    assert np.linalg.norm(np.asarray(unit), axis=1) == pytest.approx(np.ones(50), abs=1e-5)
