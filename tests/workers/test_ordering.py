"""Orders of a pool from scores and features, without a database."""

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from service.domain.catalogue import Strategy
from tests.workers.pools import candidates, heaps, ranked, rule
from workers import ordering
from workers.learning.alternation import alternate
from workers.learning.rules import Features, Rule
from workers.learning.selection import Ranked
from workers.ordering import Scored

AUTO: dict[str, dict[str, Any]] = {
    "few_labels": {"labels": [20, 20]},
    "many_labels": {},
    "large_batches": {"batch_size": 500},
    "rare_positives": {"labels": [500, 20]},
    "many_annotators": {"annotators": 100, "batch_size": 1},
    "scores_alone": {"features": Features.NONE},
    "texts": {"features": Features.SPARSE},
    "many_classes": {"classes": [f"c{n}" for n in range(77)], "labels": [50] * 77},
}
EVERY = pytest.mark.parametrize("name", sorted(AUTO))


def order(
    by: Rule, scores: np.ndarray, matrix: Any, *, labelled: tuple[int, ...] = (), seed: int = 3
) -> ordering.Ordered:
    """Order all rows but the labelled ones."""
    every = ranked(scores, seed=seed)
    is_free = ~np.isin(every.positions, labelled)
    best = Ranked(positions=every.positions[is_free], scores=every.scores[is_free])
    drawn = np.random.default_rng(seed).permutation(len(best.positions))[: by.drawn]
    second = ranked(np.random.default_rng(9).random(len(scores)), seed=seed)
    scored = Scored(
        best=best,
        second=second if by.second else None,
        drawn=Ranked(positions=best.positions[drawn], scores=best.scores[drawn]),
        classes=lambda some: some % 77,
    )
    return ordering.by_rule(by, scored, candidates(matrix, labelled=labelled, seed=seed))


def rows_for(by: str, count: int) -> Any:
    if by == "texts":
        return sparse.csr_matrix(np.random.default_rng(0).poisson(0.3, (count, 30)), dtype="f4")
    return heaps(4, count)


@EVERY
@pytest.mark.parametrize("count", [0, 1, 2, 700])
def test_no_item_comes_twice_and_none_is_lost(name: str, count: int) -> None:
    scores = np.random.default_rng(0).random(count)
    if count == 0 and rule(**AUTO[name]).looks_at_features:
        matrix = rows_for(name, 1)  # statistics are of something
    else:
        matrix = rows_for(name, max(count, 1))

    found = order(rule(**AUTO[name]), scores, matrix)

    assert sorted(found.ranked.positions.tolist()) == list(range(count))
    assert found.ranked.positions.dtype == np.int64
    if found.rule.second is None:
        assert found.ranked.scores.tolist() == scores[found.ranked.positions].tolist()


@EVERY
def test_the_same_seed_gives_the_same_order(name: str) -> None:
    scores, matrix = np.random.default_rng(0).random(300), rows_for(name, 300)

    one, other = (order(rule(**AUTO[name]), scores, matrix) for _ in range(2))

    assert one.ranked.positions.tolist() == other.ranked.positions.tolist()


@EVERY
def test_a_hundred_thousand_items_work(name: str) -> None:
    found = order(
        rule(**AUTO[name]), np.random.default_rng(0).random(100_000), rows_for(name, 100_000)
    )

    assert len(np.unique(found.ranked.positions)) == 100_000


@pytest.mark.parametrize("name", ["few_labels", "many_labels"])
@pytest.mark.parametrize("length", [4, 6, 10, 25])
def test_any_beginning_of_an_order_by_auto_is_spread_over_the_pool(name: str, length: int) -> None:
    scores = np.random.default_rng(1).random(3_000)

    found = order(rule(**AUTO[name]), scores, heaps(4, 3_000)).ranked.positions[:length]

    counts = np.bincount(found % 4, minlength=4)
    assert counts.max() < length
    assert length < 6 or counts.min() >= max(1, length // 16)
    assert scores[found].mean() > 0.5


def test_a_large_batch_has_its_share_of_what_is_rare_in_the_shortlist() -> None:
    heap = np.where(np.arange(4_000) % 40 == 0, 1, 0)
    matrix = heaps(2, 2)[heap] + np.random.default_rng(0).normal(size=(4_000, 2)).astype("f4") / 9
    scores = np.random.default_rng(1).random(4_000)

    batch = order(rule(**AUTO["large_batches"]), scores, matrix).ranked.positions[:500]

    assert heap[batch].mean() > 2 * heap.mean()


@pytest.mark.parametrize("batch_size", [1, 10, 50])
def test_a_batch_has_at_most_its_cap_of_a_predicted_class(batch_size: int) -> None:
    by = rule(**AUTO["many_classes"], batch_size=batch_size)
    scores = np.random.default_rng(1).random(6_000) - (np.arange(6_000) % 77 > 40)

    found = order(by, scores, heaps(4, 6_000)).ranked.positions[:batch_size]

    assert by.cap == -(-3 * batch_size // 77)
    assert np.bincount(found % 77).max() <= by.cap


def test_the_head_by_margin_is_reordered_and_the_tail_is_not() -> None:
    scores = np.random.default_rng(1).random(300)
    plain, by = ranked(scores).positions, rule(batch_size=4)

    found = order(by, scores, heaps(4, 300)).ranked.positions

    assert (by.strategy, by.shortlist) == ("margin_diversified", 40)
    assert found[0] == plain[0]
    assert sorted(found[:40]) == sorted(plain[:40])
    assert found[40:].tolist() == plain[40:].tolist()
    assert len({int(at) % 4 for at in found[:4]}) == 4


def test_near_duplicates_stand_behind_the_shortlist() -> None:
    kinds = np.eye(30, dtype=np.float32)
    matrix = sparse.csr_matrix(np.repeat(kinds, 20, axis=0))
    by = rule(features=Features.SPARSE, batch_size=10)
    scores = 1 - np.arange(600) / 600

    found = order(by, scores, matrix).ranked.positions

    assert found[:5].tolist() == [0, 20, 40, 60, 80]
    assert sorted(found[:100]) == list(range(100))
    assert found[100:].tolist() == list(range(100, 600))


def test_a_hybrid_is_two_whole_orders_in_turns() -> None:
    scores = np.random.default_rng(1).random(500)
    by = rule(strategy=Strategy.HYBRID)

    found = order(by, scores, heaps(2, 500)).ranked

    second = ranked(np.random.default_rng(9).random(500))
    assert found.positions.tolist() == alternate(ranked(scores), second, 500).positions.tolist()


@pytest.mark.parametrize("strategy", ["margin", "entropy", "least_confident", "random"])
def test_a_strategy_asked_for_by_name_needs_no_features(strategy: str) -> None:
    by = rule(strategy=Strategy(strategy))
    scores = np.random.default_rng(1).random(100)

    found = ordering.by_rule(by, Scored(best=ranked(scores), classes=lambda some: some), None)

    assert found.ranked.positions.tolist() == ranked(scores).positions.tolist()


def test_columns_of_unlike_spread_are_standardised_before_distances_are_taken() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(50, 3)).astype(np.float32)
    unlike = rows * np.array([1, 1, 1000], dtype=np.float32)

    scaled = ordering.scaled(candidates(unlike), unlike)
    unit = ordering.scaled(candidates(rows), rows)

    assert np.asarray(scaled).std(axis=0) == pytest.approx(np.ones(3), abs=1e-3)
    assert np.linalg.norm(np.asarray(unit), axis=1) == pytest.approx(np.ones(50), abs=1e-5)
