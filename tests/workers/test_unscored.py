"""Orders of a pool by what its items are, without a database."""

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from service.domain.catalogue import Reason, Strategy
from tests.workers.pools import candidates, heaps, rule
from workers import unscored
from workers.learning.rules import Features, Spread
from workers.ordering import Ordered

NAMES = ["diverse", "random", "typiclust", "uherding"]


def order(name: str, matrix: Any, *, labelled: tuple[int, ...] = (), **given: Any) -> Ordered:
    features = Features.SPARSE if sparse.issparse(matrix) else Features.DENSE
    by = rule(
        strategy=Strategy(name),
        has_version=False,
        features=features,
        pool_size=matrix.shape[0],
        **given,
    )
    assert by.spread.is_of_all
    return unscored.by_items(by, candidates(matrix, labelled=labelled), reason=Reason.COLD_START)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("count", [1, 2, 120])
def test_every_item_comes_once_in_descending_scores(name: str, count: int) -> None:
    found = order(name, heaps(6, count))

    assert sorted(found.ranked.positions) == list(range(count))
    assert np.all(np.diff(found.ranked.scores) < 0)
    assert (found.rule.strategy, found.reason) == (name, Reason.COLD_START)


@pytest.mark.parametrize("name", NAMES)
def test_of_a_large_pool_a_part_is_looked_at_and_all_of_it_is_ordered(name: str) -> None:
    found = order(name, heaps(6, 250_000))

    assert len(np.unique(found.ranked.positions)) == 250_000
    assert (found.rule.sample is None) == (name == "random")
    assert name == "random" or len({int(at) % 6 for at in found.ranked.positions[:6]}) >= 5


@pytest.mark.parametrize("name", ["diverse", "typiclust", "uherding"])
def test_a_beginning_takes_one_of_each_heap_first(name: str) -> None:
    found = order(name, heaps(6, 120), batch_size=6)

    assert len({int(at) % 6 for at in found.ranked.positions[:6]}) == 6


@pytest.mark.parametrize("name", ["diverse", "typiclust", "uherding"])
def test_a_beginning_is_far_from_what_is_labelled(name: str) -> None:
    labelled = (0, 1, 2, 3)

    found = order(name, heaps(6, 120), labelled=labelled, batch_size=2)

    assert {int(at) % 6 for at in found.ranked.positions[:2]} == {4, 5}
    assert not set(labelled) & set(found.ranked.positions.tolist())


@pytest.mark.parametrize("name", ["diverse", "typiclust", "uherding"])
def test_texts_are_spread_over_their_words(name: str) -> None:
    counts = sparse.csr_matrix(np.kron(np.eye(5), np.ones((20, 3))).astype(np.float32))

    found = order(name, counts, batch_size=5)

    assert len({int(at) // 20 for at in found.ranked.positions[:5]}) == 5
    assert sorted(found.ranked.positions) == list(range(100))


def test_an_item_that_has_a_label_and_needs_more_is_ordered_with_the_others() -> None:
    matrix = heaps(6, 120)
    pool = candidates(matrix, labelled=(0, 1))
    both = candidates(matrix)

    found = unscored.by_items(
        rule(strategy=Strategy.DIVERSE, has_version=False),
        type(pool)(**{**vars(both), "labelled": pool.labelled}),
        reason=Reason.STRATEGY,
    )

    assert sorted(found.ranked.positions) == list(range(120))
    assert not {int(at) % 6 for at in found.ranked.positions[:4]} & {0, 1}


def test_where_nothing_is_known_of_items_chance_orders_them() -> None:
    by = rule(strategy=Strategy.TYPICLUST, has_version=False, features=Features.NONE)

    assert (by.spread, by.strategy) == (Spread.ALL_CHANCE, "random")
