"""Herding in the place of an order's head: what it picks from, and what follows."""

import numpy as np
import pytest

from service.domain.catalogue import Strategy
from tests.workers.pools import candidates, heaps, ranked, rule
from workers import ordering
from workers.learning.selection import Ranked
from workers.ordering import Scored

HERDING = rule(strategy=Strategy.UHERDING)


def test_herding_looks_for_doubt_that_no_label_covers() -> None:
    scores = np.where(np.arange(400) % 4 < 2, 0.9, 0.1)
    labelled = tuple(range(0, 100, 4))
    every = ranked(scores)
    is_free = ~np.isin(every.positions, labelled)
    best = Ranked(positions=every.positions[is_free], scores=every.scores[is_free])
    scored = Scored(best=best, classes=lambda some: some)

    found = ordering.by_rule(HERDING, scored, candidates(heaps(4, 400), labelled=labelled))

    assert [int(at) % 4 for at in found.ranked.positions[:1]] == [1]
    assert sorted(found.ranked.positions) == sorted(set(range(400)) - set(labelled))


def test_what_was_drawn_from_behind_the_best_is_said_to_be_ahead() -> None:
    scores = np.linspace(1, 0, 5_000)
    best = Ranked(positions=np.arange(100), scores=scores[:100])
    drawn = Ranked(positions=np.arange(50, 4_050), scores=scores[50:4_050])
    scored = Scored(best=best, drawn=drawn, classes=lambda some: some)

    found = ordering.by_rule(HERDING, scored, candidates(heaps(7, 5_000)))

    ahead = set(found.ahead.tolist())
    assert len(ahead) > 10
    assert min(ahead) >= 100
    assert set(found.ranked.positions.tolist()) == ahead | set(range(100))
    assert len(found.ranked.positions) == len(ahead) + 100


@pytest.mark.parametrize("gap", [0.0, 0.5, 3.0])
def test_distances_to_a_boundary_are_doubted_as_margins_of_their_sigmoid(gap: float) -> None:
    proba = 1 / (1 + np.exp(-gap))

    assert ordering._doubt(np.array([-gap]))[0] == pytest.approx(2 - 2 * proba)


def test_what_nothing_is_known_of_is_not_doubted() -> None:
    assert ordering._doubt(np.array([0.5, 0.0, -1.5])).tolist() == [0.5, 0, 0]
