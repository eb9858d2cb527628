"""A version says the same of raw rows as scikit-learn says of scaled ones."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler, normalize
from sklearn.svm import SVC

from workers.learning import scaling
from workers.learning.fitted import outputs
from workers.learning.scaling import DenseMoments, Kind, Scaling
from workers.learning.specs import EstimatorSpec
from workers.learning.training import train
from workers.learning.versions import Fitted, Linear

Clouds = Callable[..., tuple[np.ndarray, np.ndarray]]
Measure = Callable[[np.ndarray], DenseMoments]


def trained(kind: Kind, rows: np.ndarray, labels: np.ndarray, pool: DenseMoments) -> Fitted:
    spec = EstimatorSpec(name="logistic")
    return train(spec, scaling.of(kind, pool), rows, labels, classes=5)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize(
    ("kind", "offset"),
    [(Kind.STANDARD, 0.0), (Kind.STANDARD, 1000.0), (Kind.UNIT, 0.0), (Kind.NONE, 0.0)],
    ids=["standard", "standard, far from zero", "unit", "none"],
)
def test_linear_probabilities_are_those_of_scaled_rows(
    clouds: Clouds, measure: Measure, kind: Kind, offset: float, classes: int
) -> None:
    rows, labels = clouds(classes=classes)
    rows = rows + np.float32(offset)

    version = trained(kind, rows, labels, measure(rows))
    said = outputs(version, rows)

    scaled = scaling.apply(version.scaling, rows)
    reference = LogisticRegression(C=10, tol=1e-5, max_iter=500).fit(scaled, labels)
    np.testing.assert_allclose(said.proba[:, :classes], reference.predict_proba(scaled), atol=1e-5)
    assert (said.proba[:, classes:] == 0).all()
    assert said.proba.dtype == np.float64
    assert said.gap is None


def test_standard_and_unit_scaling_are_those_of_scikit_learn(
    clouds: Clouds, measure: Measure
) -> None:
    rows, _ = clouds()
    wide = rows.astype(np.float64)
    pool = measure(rows)

    standard = scaling.apply(scaling.of(Kind.STANDARD, pool), rows)
    unit = scaling.apply(scaling.of(Kind.UNIT, pool), rows)

    np.testing.assert_allclose(standard, StandardScaler().fit_transform(wide), atol=1e-12)
    np.testing.assert_allclose(unit, normalize(wide), atol=1e-15)


@pytest.mark.parametrize("classes", [2, 3])
def test_the_label_is_the_likeliest_class(clouds: Clouds, measure: Measure, classes: int) -> None:
    rows, labels = clouds(classes=classes)

    said = outputs(trained(Kind.UNIT, rows, labels, measure(rows)), rows)

    np.testing.assert_array_equal(said.label, said.proba.argmax(axis=1))
    assert said.label.dtype == np.int64


def test_classes_without_labels_have_no_probability(clouds: Clouds, measure: Measure) -> None:
    rows, labels = clouds(classes=2)

    said = outputs(trained(Kind.UNIT, rows, np.array([1, 4])[labels], measure(rows)), rows)

    assert (said.proba[:, [0, 2, 3]] == 0).all()
    np.testing.assert_allclose(said.proba.sum(axis=1), 1.0)
    assert set(said.label) == {1, 4}


@pytest.mark.parametrize("size", [1e-37, 1e-20, 1e20, 1e37])
def test_numbers_near_the_ends_of_float32_are_scored(
    clouds: Clouds, measure: Measure, size: float
) -> None:
    rows, labels = clouds(classes=2)
    sized = (rows * size).astype(np.float32)

    said = outputs(trained(Kind.STANDARD, sized, labels, measure(sized)), sized)

    assert np.isfinite(said.proba).all()
    assert (said.label == labels).mean() > 0.9


def test_a_product_beyond_float32_is_done_again_in_float64() -> None:
    version = Linear(
        classes=2,
        seen=np.array([0, 1]),
        coefficients=np.array([[1e3, -1e3]]),
        intercept=np.zeros(1),
        columns=None,
        scaling=Scaling(kind=Kind.NONE),
        report={},
    )

    said = outputs(version, np.array([[3e38, 1e38], [3e38, 3e38]], np.float32))

    assert said.proba.tolist() == [[0.0, 1.0], [0.5, 0.5]]


@pytest.mark.parametrize("classes", [2, 4])
def test_a_kernel_version_decides_as_its_machine(
    clouds: Clouds, measure: Measure, classes: int
) -> None:
    rows, labels = clouds(classes=classes, rows=200, dimensions=2)
    spec = EstimatorSpec(name="svm_rbf", parameters={"gamma": "auto"})

    version = train(
        spec, scaling.of(Kind.STANDARD, measure(rows)), rows[:60], labels[:60], classes=classes
    )
    said = outputs(version, rows)

    scaled = StandardScaler().fit(rows.astype(np.float64)).transform(rows.astype(np.float64))
    machine = SVC(gamma="auto").fit(scaled[:60], labels[:60])
    decisions = machine.decision_function(scaled).reshape(len(rows), -1)
    if classes == 2:
        decisions = np.column_stack([-decisions, decisions]) / 2
    best = np.sort(decisions)
    np.testing.assert_array_equal(said.label, machine.predict(scaled))
    np.testing.assert_allclose(said.gap, best[:, -1] - best[:, -2], atol=1e-9)
    np.testing.assert_allclose(said.proba.sum(axis=1), 1.0)


def test_a_decision_of_exactly_zero_goes_the_way_of_the_machine() -> None:
    rows = np.array([[-1.0], [1.0]], np.float32)
    version = train(
        EstimatorSpec(name="svm_rbf", parameters={"gamma": 1.0}),
        Scaling(kind=Kind.NONE),
        rows,
        np.array([0, 1]),
        classes=2,
    )

    said = outputs(version, np.zeros((1, 1), np.float32))

    assert said.gap is not None
    assert said.gap.tolist() == [0.0]
    assert said.label.tolist() == version.machine.predict(np.zeros((1, 1))).tolist()


@pytest.mark.parametrize("name", ["logistic", "svm_rbf"])
@pytest.mark.parametrize("classes", [2, 3])
def test_no_rows_have_no_outputs(clouds: Clouds, measure: Measure, name: str, classes: int) -> None:
    rows, labels = clouds(classes=classes)
    version = train(
        EstimatorSpec(name=name), scaling.of(Kind.STANDARD, measure(rows)), rows, labels, classes=4
    )

    said = outputs(version, rows[:0])

    assert said.label.shape == (0,)
    assert said.proba.shape == (0, 4)
    assert said.gap is None or said.gap.shape == (0,)


def test_a_row_is_judged_the_same_alone_and_in_a_block(clouds: Clouds, measure: Measure) -> None:
    rows, labels = clouds(rows=300)
    version = trained(Kind.STANDARD, rows, labels, measure(rows))

    alone = np.vstack([outputs(version, row[None]).proba for row in rows])

    np.testing.assert_allclose(outputs(version, rows).proba, alone, atol=1e-6)
