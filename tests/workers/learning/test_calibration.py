"""One temperature makes what is said as likely as it turns out, and decides nothing."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import log_loss

from workers.learning import calibration, estimators, persistence
from workers.learning.fitted import outputs
from workers.learning.specs import EstimatorSpec
from workers.learning.versions import Fitted

SPECS = [
    EstimatorSpec(name="logistic", parameters={"C": 1000.0}),
    EstimatorSpec(name="svm_rbf"),
    EstimatorSpec(name="svm_rbf", parameters={"components": 64}),
    EstimatorSpec(name="forest", parameters={"trees": 20}),
    EstimatorSpec(name="boosting"),
    EstimatorSpec(name="naive_bayes"),
]
NAMES = ["logistic", "machine", "landmarks", "forest", "boosting", "bayes"]


def hard(count: int, *, classes: int = 3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Classes that overlap, in more dimensions than say anything."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, count)
    rows = rng.standard_normal((count, 30))
    rows[:, :classes] += 1.2 * np.eye(classes)[labels]
    return rows.astype(np.float32), labels


def fit(spec: EstimatorSpec, count: int, measure: Callable, **options: object) -> Fitted:
    rows, labels = hard(count)
    return estimators.fit(
        spec,
        rows,
        labels,
        classes=3,
        moments=measure(rows),
        rng=np.random.default_rng(0),
        **options,
    )


@pytest.mark.parametrize("spec", SPECS, ids=NAMES)
def test_it_lowers_the_loss_on_labels_that_were_not_seen(
    spec: EstimatorSpec, measure: Callable
) -> None:
    version = fit(spec, 120, measure)

    judged = version.report["cross_validation"]
    rows, labels = hard(2_000, seed=1)
    plain = outputs(replace(version, temperature=1.0), rows)
    tempered = outputs(version, rows)
    assert judged["calibrated_log_loss"] < judged["log_loss"]
    assert version.temperature == version.report["temperature"] == judged["temperature"]
    # What is calibrated already stays so, as far as 120 labels can tell.
    assert log_loss(labels, tempered.proba) < log_loss(labels, plain.proba) + 0.01


@pytest.mark.parametrize("spec", SPECS, ids=NAMES)
def test_labels_and_gaps_are_what_they_were(spec: EstimatorSpec, measure: Callable) -> None:
    version = fit(spec, 120, measure)
    rows, _ = hard(500, seed=1)

    plain, tempered = outputs(replace(version, temperature=1.0), rows), outputs(version, rows)

    np.testing.assert_array_equal(plain.label, tempered.label)
    if spec.name == "svm_rbf" and not spec.value("components"):
        np.testing.assert_array_equal(plain.gap, tempered.gap)
    np.testing.assert_allclose(tempered.proba.sum(axis=1), 1.0)


def test_an_overconfident_version_is_made_modest_and_a_timid_one_bold() -> None:
    truth = np.array([0] * 70 + [1] * 30)
    sure, unsure = np.array([[0.99, 0.01]] * 100), np.array([[0.51, 0.49]] * 100)
    alike = np.ones(100)

    modest = calibration.tempered(sure, calibration.temperature(sure, truth, alike))
    bold = calibration.tempered(unsure, calibration.temperature(unsure, truth, alike))

    np.testing.assert_allclose(modest[0, 0], 0.7, atol=0.01)
    assert 0.51 < bold[0, 0] <= 0.7


def test_below_fifty_labels_there_is_none(measure: Callable) -> None:
    version = fit(SPECS[0], 49, measure)

    assert version.report["cross_validation"]["judged"] == 49
    assert (version.temperature, version.report["temperature"]) == (1.0, None)


def test_between_cross_validations_the_last_one_is_kept(measure: Callable) -> None:
    first = fit(SPECS[3], 60, measure).report

    second = fit(SPECS[3], 80, measure, previous=first, cross_validate=False)
    other = fit(SPECS[1], 80, measure, previous=first, cross_validate=False)

    assert second.temperature == first["temperature"] != 1.0
    assert second.report["validated_at"] == 60
    assert other.temperature == 1.0


def test_it_is_due_when_labels_have_doubled_and_once_at_fifty() -> None:
    due = [estimators.is_due({"validated_at": last}, now) for last, now in
           [(None, 5), (20, 39), (20, 40), (40, 49), (40, 50), (50, 99), (50, 100)]]  # fmt: skip

    assert due == [True, False, True, False, True, False, True]


def test_it_is_stored_with_the_version(measure: Callable) -> None:
    version = fit(SPECS[5], 60, measure)

    again = persistence.loads(persistence.dumps(version))

    assert again.temperature == version.temperature != 1.0
