"""What is open to choice is what the pool has time for."""

import numpy as np
import pytest

from workers.learning import candidates, costs
from workers.learning.costs import Shape
from workers.learning.scaling import Kind
from workers.learning.specs import AUTO, EstimatorSpec

ESTIMATORS = [
    EstimatorSpec(name="logistic", parameters={"scaling": "unit"}),
    EstimatorSpec(name="svm_rbf"),
    EstimatorSpec(name="svm_rbf", parameters={"components": 128}),
    EstimatorSpec(name="naive_bayes"),
    EstimatorSpec(name="forest"),
    EstimatorSpec(name="boosting"),
]


def test_an_estimator_that_is_too_slow_for_the_pool_is_not_open_to_choice() -> None:
    features = np.random.default_rng(0).standard_normal((300, 3)).astype(np.float32)

    def names(pool: int) -> list[str]:
        grown = Shape(pool=pool, labels=300, dimensions=3, classes=2)
        found = candidates.open_to(EstimatorSpec(name=AUTO), features, grown, seconds=2.0)
        return [each.name + "*" * bool(each.parameters.get("components")) for each in found]

    assert {"svm_rbf", "forest", "boosting"} <= set(names(10_000))
    assert "svm_rbf*" in names(1_000_000)
    assert {"svm_rbf", "forest", "boosting"}.isdisjoint(names(1_000_000))
    assert set(names(1_000_000_000)) == {"logistic"}


@pytest.mark.parametrize(
    ("labels", "pool", "first"),
    [(14, 1_000, "logistic"), (15, 1_000, "forest"), (15, 1_000_000, "svm_rbf")],
    ids=["few labels a class", "five", "too large for trees"],
)
def test_a_table_begins_with_a_line_and_goes_on_with_trees(
    labels: int, pool: int, first: str
) -> None:
    features = np.random.default_rng(0).standard_normal((labels, 3)).astype(np.float32)
    shape = Shape(pool=pool, labels=labels, dimensions=3, classes=3)

    found = candidates.open_to(EstimatorSpec(name=AUTO), features, shape, seconds=2.0)

    assert found[0].name == first


def test_boosting_is_not_open_to_many_classes() -> None:
    two, many = (
        costs.seconds(
            EstimatorSpec(name="boosting"),
            Shape(pool=1_000, labels=500, dimensions=20, classes=classes),
        )
        for classes in (2, 77)
    )

    assert two < 2 < many


@pytest.mark.parametrize("spec", ESTIMATORS, ids=lambda spec: spec.name)
def test_more_of_anything_costs_more(spec: EstimatorSpec) -> None:
    least = {"pool": 1_000, "labels": 100, "dimensions": 20, "classes": 3}

    costly = [
        costs.seconds(spec, Shape(**least | {name: 10 * size})) for name, size in least.items()
    ]

    assert all(seconds >= costs.seconds(spec, Shape(**least)) for seconds in costly)
    assert costly[0] > costs.seconds(spec, Shape(**least))


@pytest.mark.parametrize("penalty", [1.0, 100.0])
def test_another_penalty_is_of_the_same_family(penalty: float) -> None:
    one, other = candidates.STANDARD, candidates.UNIT

    assert candidates.family_of(one.fixing(C=penalty), [other, one]) == one
    assert candidates.family_of(one.fixing(C=penalty), [other, candidates.FOREST]) is None
    assert candidates.family_of(candidates.FOREST, [one, candidates.FOREST]) == candidates.FOREST


def test_penalties_are_compared_where_there_is_time_to_fit_them() -> None:
    few, many = (
        candidates.siblings(
            candidates.UNIT,
            Shape(pool=10, labels=1_000, dimensions=384, classes=classes),
            seconds=2.0,
        )
        for classes in (2, 77)
    )

    assert [each.value("C") for each in few] == [1.0, 100.0]
    assert many == []


def test_rows_far_to_one_side_are_a_table_and_no_embeddings() -> None:
    rows = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)

    assert candidates.kinds_for(rows / np.linalg.norm(rows, axis=1)[:, None])[0] is Kind.UNIT
    assert candidates.kinds_for(rows + 100)[0] is Kind.STANDARD
    assert candidates.kinds_for(np.column_stack([rows, np.full(50, 2024.0)]))[0] is Kind.STANDARD


def test_one_column_has_no_directions() -> None:
    assert candidates.kinds_for(np.ones((5, 1), np.float32))[0] is Kind.STANDARD
