"""Every strategy passes one battery, and scores what its formula says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.learning import selection, strategies
from workers.learning.fitted import Outputs

EVERY = pytest.mark.parametrize("name", sorted(strategies.SCORERS))
BY_MODEL = pytest.mark.parametrize(
    "name", sorted(set(strategies.SCORERS) - {"random", "most_likely"})
)
BY_DOUBT = pytest.mark.parametrize("name", ["entropy", "least_confident", "margin"])
SOUGHT = 1


def said(proba: np.ndarray, gap: np.ndarray | None = None) -> Outputs:
    return Outputs(label=proba.argmax(axis=1), proba=proba, gap=gap)


def mixed(rows: int, classes: int = 4, seed: int = 0) -> np.ndarray:
    """Probabilities that range from certain to uniform."""
    rng = np.random.default_rng(seed)
    logits = rng.standard_normal((rows, classes)) * rng.uniform(0, 50, (rows, 1))
    proba = np.exp(logits - logits.max(axis=1, keepdims=True))
    return proba / proba.sum(axis=1, keepdims=True)


def score(name: str, outputs: Outputs, seed: int = 0) -> np.ndarray:
    draws = selection.draws(seed, np.arange(len(outputs.label)))
    return strategies.SCORERS[name](outputs, draws, positive=SOUGHT)


@EVERY
@pytest.mark.parametrize("classes", [2, 3, 77])
@pytest.mark.parametrize("rows", [0, 1, 2, 100_000 // 77])
def test_every_row_has_one_finite_score(name: str, rows: int, classes: int) -> None:
    scores = score(name, said(mixed(rows, classes)))

    assert scores.shape == (rows,)
    assert scores.dtype == np.float64
    assert np.isfinite(scores).all()
    assert not np.signbit(scores).any()


@EVERY
def test_a_hundred_thousand_rows_work(name: str) -> None:
    scores = score(name, said(mixed(100_000)))

    assert scores.shape == (100_000,)
    assert len(np.unique(scores)) > 10_000


@EVERY
def test_the_same_seed_gives_the_same_scores(name: str) -> None:
    left, right = (score(name, said(mixed(50)), seed=3) for _ in range(2))

    np.testing.assert_array_equal(left, right)


@EVERY
@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 1000), classes=st.integers(2, 6))
def test_permuting_rows_permutes_scores(name: str, seed: int, classes: int) -> None:
    proba, items = mixed(40, classes, seed), np.arange(40)
    order = np.random.default_rng(seed).permutation(40)
    scorer = strategies.SCORERS[name]

    straight = scorer(said(proba), selection.draws(seed, items), SOUGHT)
    permuted = scorer(said(proba[order]), selection.draws(seed, items[order]), SOUGHT)

    np.testing.assert_array_equal(permuted, straight[order])


@BY_MODEL
@pytest.mark.parametrize("classes", [2, 3, 77])
def test_a_certain_row_never_outranks_a_uniform_one(name: str, classes: int) -> None:
    certain, uniform = np.eye(classes), np.full((classes, classes), 1 / classes)

    scores = score(name, said(np.vstack([certain, uniform])))

    assert scores[:classes].max() < scores[classes:].min()
    assert scores[:classes].tolist() == [0.0] * classes


@BY_DOUBT
@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 1000))
def test_nothing_is_less_certain_than_a_uniform_row(name: str, seed: int) -> None:
    proba = np.vstack([np.full((1, 4), 0.25), mixed(30, 4, seed)])

    scores = score(name, said(proba))

    assert (scores[1:] <= scores[0]).all()


@BY_DOUBT
def test_two_classes_are_ordered_alike_by_all(name: str) -> None:
    first = np.random.default_rng(0).permutation(np.linspace(0.01, 0.49, 40))
    proba = np.column_stack([first, 1 - first])

    assert np.argsort(score(name, said(proba))).tolist() == np.argsort(first).tolist()


@BY_MODEL
def test_classes_without_labels_do_not_matter_to_the_order(name: str) -> None:
    proba = mixed(30, 3)
    unseen = np.column_stack([proba, np.zeros((30, 2))])

    np.testing.assert_array_equal(
        np.argsort(score(name, said(proba))), np.argsort(score(name, said(unseen)))
    )


def test_margin_follows_the_gap_of_a_machine_exactly() -> None:
    gap = np.array([1e-17, 0.0, 40.0, 1e3, 2e-17])

    scores = score("margin", said(mixed(5), gap=gap))

    assert np.argsort(-scores).tolist() == [1, 0, 4, 2, 3]
    assert not np.signbit(scores[1])


@pytest.mark.parametrize(
    ("name", "expected"),
    [("margin", 1 - (0.6 - 0.3)), ("least_confident", 0.4), ("entropy", 0.8173454221465101)],
)
def test_a_score_is_its_formula(name: str, expected: float) -> None:
    scores = score(name, said(np.array([[0.1, 0.6, 0.3]])))

    assert scores[0] == pytest.approx(expected, abs=1e-12)


@settings(deadline=None)
@given(seed=st.integers(0, 2**63))
def test_random_asks_each_item_equally_often(seed: int) -> None:
    scores = score("random", said(mixed(4000)), seed=seed)

    assert abs(np.mean(scores) - 0.5) < 0.03
    assert abs(np.mean(scores[:2000] > scores[2000:]) - 0.5) < 0.06


def test_random_does_not_hand_out_the_draws_themselves() -> None:
    draws = np.array([0.5])

    strategies.random(said(mixed(1)), draws)[0] = 0

    assert draws.tolist() == [0.5]


def test_most_likely_is_the_probability_of_the_class_that_is_sought() -> None:
    proba = mixed(50)

    scores = score("most_likely", said(proba))

    np.testing.assert_array_equal(scores, proba[:, SOUGHT])
    scores[0] = -1
    assert proba[0, SOUGHT] >= 0


def test_most_likely_must_know_what_is_sought() -> None:
    with pytest.raises(ValueError, match="which class is sought"):
        strategies.most_likely(said(mixed(3)), np.zeros(3))


@pytest.mark.parametrize("name", sorted(set(strategies.SCORERS) - strategies.BY_CHANCE))
def test_only_those_by_chance_depend_on_the_draws(name: str) -> None:
    outputs = said(mixed(40))

    assert score(name, outputs, 1).tolist() == score(name, outputs, 2).tolist()


@pytest.mark.parametrize("name", sorted(strategies.BY_CHANCE))
def test_those_by_chance_do_depend_on_the_draws(name: str) -> None:
    outputs = said(mixed(40))

    assert (
        np.argsort(score(name, outputs, 1)).tolist() != np.argsort(score(name, outputs, 2)).tolist()
    )


def test_a_class_that_came_after_the_version_is_as_unlikely_everywhere() -> None:
    said = Outputs(label=np.zeros(3, np.int64), proba=np.full((3, 2), 0.5))

    assert strategies.most_likely(said, np.zeros(3), positive=2).tolist() == [0, 0, 0]
