"""A fit chooses its scaling with reason, keeps it for a while, and reports both."""

import json
from collections.abc import Callable

import numpy as np
import pytest

from workers.encoders import text
from workers.learning import estimators, terms
from workers.learning.fitted import outputs
from workers.learning.scaling import DenseMoments, Kind, SparseMoments
from workers.learning.specs import EstimatorSpec
from workers.learning.versions import Fitted

Clouds = Callable[..., tuple[np.ndarray, np.ndarray]]
Measure = Callable[[np.ndarray], DenseMoments]
LOGISTIC = EstimatorSpec(name="logistic")


def fit(spec: EstimatorSpec, pool: tuple, moments: DenseMoments, **options: object) -> Fitted:
    rows, labels = pool
    rng = np.random.default_rng(0)
    return estimators.fit(spec, rows, labels, classes=3, moments=moments, rng=rng, **options)


def unequal_scales() -> tuple[np.ndarray, np.ndarray]:
    """Two classes that a small feature tells apart, beside a large one that says nothing."""
    rng = np.random.default_rng(0)
    labels = np.arange(80) % 2
    rows = np.column_stack([labels + 0.2 * rng.standard_normal(80), 1e4 * rng.standard_normal(80)])
    return rows.astype(np.float32), labels


def directions() -> tuple[np.ndarray, np.ndarray]:
    """Two classes that differ by direction, on rows of wildly different length."""
    rng = np.random.default_rng(0)
    labels = np.arange(80) % 2
    angles = np.where(labels, 0.3, 1.2) + 0.1 * rng.standard_normal(80)
    rows = np.column_stack([np.cos(angles), np.sin(angles)]) * 10.0 ** rng.uniform(-3, 3, (80, 1))
    return rows.astype(np.float32), labels


@pytest.mark.parametrize(
    ("pool", "kind"),
    [(unequal_scales(), Kind.STANDARD), (directions(), Kind.UNIT)],
    ids=["standard", "unit"],
)
def test_the_scaling_with_the_smaller_log_loss_is_chosen(
    measure: Measure, pool: tuple, kind: Kind
) -> None:
    version = fit(LOGISTIC, pool, measure(pool[0]))

    losses = {
        each["estimator"]["scaling"]: each["log_loss"] for each in version.report["candidates"]
    }
    assert version.scaling.kind is kind
    assert kind == min(losses, key=losses.get)
    assert version.report["cross_validation"]["log_loss"] == losses[kind]
    assert version.report["compared_at"] == 80


def test_the_choice_stands_until_the_labels_have_doubled(clouds: Clouds, measure: Measure) -> None:
    pool = clouds(rows=60)
    moments = measure(pool[0])

    first = fit(LOGISTIC, pool, moments).report
    other = "unit" if first["scaling"] == "standard" else "standard"
    before = first | {"chosen": {"name": "logistic", "scaling": other}, "scaling": other}
    kept = fit(LOGISTIC, pool, moments, previous=before | {"compared_at": 31}).report
    made_again = fit(LOGISTIC, pool, moments, previous=before | {"compared_at": 30}).report

    assert (kept["scaling"], kept["compared_at"], kept["candidates"]) == (other, 31, [])
    assert kept["cross_validation"]["judged"] == 60
    assert made_again["scaling"] == first["scaling"]
    assert made_again["compared_at"] == 60


@pytest.mark.parametrize("kind", ["standard", "unit", "none"])
def test_a_fixed_scaling_is_not_compared(clouds: Clouds, measure: Measure, kind: str) -> None:
    pool = clouds()
    spec = EstimatorSpec(name="logistic", parameters={"scaling": kind})

    version = fit(spec, pool, measure(pool[0]))

    assert version.scaling.kind == kind
    assert (version.report["reason"], version.report["candidates"]) == ("fixed", [])


@pytest.mark.parametrize(("normalised", "kind"), [(True, "unit"), (False, "standard")])
def test_without_cross_validation_the_lengths_of_rows_decide(
    clouds: Clouds, measure: Measure, *, normalised: bool, kind: str
) -> None:
    rows, _ = clouds(rows=3)
    if normalised:
        rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)

    version = fit(LOGISTIC, (rows, np.array([0, 1, 2])), measure(rows))

    assert version.report["scaling"] == kind
    assert version.report["cross_validation"] is None
    assert version.report["compared_at"] is None


@pytest.mark.parametrize(
    ("standardise", "kind"), [(True, "standard"), (False, "none")], ids=["yes", "no"]
)
def test_a_machine_is_standardised_on_request(
    clouds: Clouds, measure: Measure, *, standardise: bool, kind: str
) -> None:
    pool = clouds()
    spec = EstimatorSpec(name="svm_rbf", parameters={"standardise": standardise})

    version = fit(spec, pool, measure(pool[0]))

    assert version.report["scaling"] == kind
    assert version.report["cross_validation"]["accuracy"] > 0.9


@pytest.mark.parametrize("name", ["logistic", "svm_rbf"])
def test_cross_validation_can_be_left_out(clouds: Clouds, measure: Measure, name: str) -> None:
    pool = clouds()

    version = fit(EstimatorSpec(name=name), pool, measure(pool[0]), cross_validate=False)

    assert version.report["cross_validation"] is None
    assert version.report["candidates"] == []


@pytest.mark.parametrize("name", ["logistic", "svm_rbf"])
def test_texts_are_told_apart(name: str) -> None:
    texts = [f"{'great lovely' if n % 2 else 'awful dull'} film {n % 7}" for n in range(40)]
    counts, labels = text.encode(texts), np.arange(40) % 2
    held = np.bincount(counts.indices, minlength=terms.WIDTH)
    moments = SparseMoments(count=40, document_frequency=held)

    version = estimators.fit(
        EstimatorSpec(name=name),
        counts[:20],
        labels[:20],
        classes=2,
        moments=moments,
        rng=np.random.default_rng(0),
    )

    assert (outputs(version, counts).label == labels).all()
    assert version.report["scaling"] == "tfidf"
    assert version.report["cross_validation"]["accuracy"] == 1.0


def test_the_report_is_json(clouds: Clouds, measure: Measure) -> None:
    pool = clouds()

    report = fit(LOGISTIC, pool, measure(pool[0])).report

    assert json.loads(json.dumps(report)) == report
    assert (report["estimator"], report["labels"], report["converged"]) == ("logistic", 90, True)


def test_the_same_generator_gives_the_same_version(clouds: Clouds, measure: Measure) -> None:
    pool = clouds()

    left, right = (fit(LOGISTIC, pool, measure(pool[0])) for _ in range(2))

    assert left.report == right.report
    np.testing.assert_array_equal(left.coefficients, right.coefficients)


def test_one_class_is_not_fitted(clouds: Clouds, measure: Measure) -> None:
    rows, labels = clouds()

    with pytest.raises(ValueError, match="at least two classes"):
        fit(LOGISTIC, (rows, labels * 0), measure(rows))
