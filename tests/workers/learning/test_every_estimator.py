"""Every estimator goes through one battery: what it says, how it is kept, and by which seed."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from workers.encoders import text
from workers.learning import candidates, persistence, scaling, terms
from workers.learning.arrays import Matrix
from workers.learning.fitted import Outputs, outputs
from workers.learning.scaling import Moments, SparseMoments
from workers.learning.specs import EstimatorSpec
from workers.learning.training import train
from workers.learning.versions import Fitted

Pool = tuple[Matrix, np.ndarray, Moments]
CLASSES = 6
OF_VECTORS = {
    "logistic": EstimatorSpec(name="logistic", parameters={"scaling": "unit"}),
    "machine": EstimatorSpec(name="svm_rbf"),
    "landmarks": EstimatorSpec(name="svm_rbf", parameters={"components": 40}),
    "forest": EstimatorSpec(name="forest", parameters={"trees": 20}),
    "boosting": EstimatorSpec(name="boosting", parameters={"iterations": 20}),
    "bayes": EstimatorSpec(name="naive_bayes"),
}
OF_TEXTS = {
    "logistic": EstimatorSpec(name="logistic"),
    "machine": EstimatorSpec(name="svm_rbf"),
    "bayes": EstimatorSpec(name="naive_bayes"),
}
WORDS = ("river boat", "engine oil", "piano song", "goal match")
ALL = [
    *(pytest.param("vectors", spec, classes, id=f"{name} of vectors, {classes} classes")
      for name, spec in OF_VECTORS.items() for classes in (2, 3)),
    *(pytest.param("texts", spec, classes, id=f"{name} of texts, {classes} classes")
      for name, spec in OF_TEXTS.items() for classes in (2, 3)),
]  # fmt: skip


@pytest.fixture
def make(clouds: Callable, measure: Callable) -> Callable[[str, int], Pool]:
    """Make a pool of vectors or texts whose classes are among others of a project."""

    def of(kind: str, classes: int) -> Pool:
        names = np.array([1, 4, 5])
        if kind == "vectors":
            rows, labels = clouds(rows=150, classes=classes)
            return rows, names[labels], measure(rows)
        texts = [f"{WORDS[n % classes]} w{n % 7} w{n % 11}" for n in range(60)]
        counts = text.encode(texts)
        held = np.bincount(counts.indices, minlength=terms.WIDTH)
        moments = SparseMoments(count=60, document_frequency=held)
        return counts, names[np.arange(60) % classes], moments

    return of


def fitted(spec: EstimatorSpec, pool: Pool, *, seed: int = 0) -> Fitted:
    rows, labels, moments = pool
    how = scaling.of(candidates.scaling_of(spec, rows), moments)
    return train(spec, how, rows[:50], labels[:50], classes=CLASSES, seed=seed)


def assert_same(left: Outputs, right: Outputs) -> None:
    np.testing.assert_array_equal(left.label, right.label)
    np.testing.assert_array_equal(left.proba, right.proba)
    assert (left.gap is None) == (right.gap is None)
    if left.gap is not None:
        np.testing.assert_array_equal(left.gap, right.gap)


@pytest.mark.parametrize(("kind", "spec", "classes"), ALL)
def test_it_tells_classes_apart_and_says_how_likely_they_are(
    make: Callable, kind: str, spec: EstimatorSpec, classes: int
) -> None:
    pool = make(kind, classes)

    said = outputs(fitted(spec, pool), pool[0])

    seen = np.unique(pool[1])
    if "positive" in spec.parameters:  # others may go wrong as long as it comes first
        assert average_precision_score(pool[1] == 4, said.proba[:, 4]) > 0.9
    else:
        assert np.mean(said.label == pool[1]) > 0.9
    assert said.label.dtype == np.int64
    assert (said.proba.dtype, said.proba.shape) == (np.float64, (pool[0].shape[0], CLASSES))
    np.testing.assert_allclose(said.proba.sum(axis=1), 1.0)
    assert (np.delete(said.proba, seen, axis=1) == 0).all()
    assert np.isfinite(said.proba).all()
    assert (said.gap is None) == (spec.name != "svm_rbf" or bool(spec.value("components")))


@pytest.mark.parametrize(("kind", "spec", "classes"), ALL)
def test_it_says_the_same_after_it_was_stored(
    make: Callable, kind: str, spec: EstimatorSpec, classes: int
) -> None:
    pool = make(kind, classes)
    version = fitted(spec, pool)

    again = persistence.loads(persistence.dumps(version))

    assert type(again) is type(version)
    assert again.report == version.report == json.loads(json.dumps(version.report))
    assert_same(outputs(again, pool[0]), outputs(version, pool[0]))


@pytest.mark.parametrize(("kind", "spec", "classes"), ALL)
def test_the_same_seed_gives_the_same_version(
    make: Callable, kind: str, spec: EstimatorSpec, classes: int
) -> None:
    pool = make(kind, classes)

    left, right = (outputs(fitted(spec, pool, seed=3), pool[0]) for _ in range(2))

    assert_same(left, right)


@pytest.mark.parametrize(("kind", "spec", "classes"), ALL)
def test_a_row_is_judged_the_same_alone_and_among_others(
    make: Callable, kind: str, spec: EstimatorSpec, classes: int
) -> None:
    pool = make(kind, classes)
    version = fitted(spec, pool)

    alone = np.vstack([outputs(version, pool[0][n : n + 1]).proba for n in range(20)])

    np.testing.assert_allclose(outputs(version, pool[0]).proba[:20], alone, atol=1e-5)
    nothing = outputs(version, pool[0][:0])
    assert (nothing.label.shape, nothing.proba.shape) == ((0,), (0, CLASSES))


@pytest.mark.parametrize("spec", OF_VECTORS.values(), ids=OF_VECTORS)
def test_a_class_for_nearly_every_label_is_fitted_without_a_warning(
    spec: EstimatorSpec, clouds: Callable, measure: Callable
) -> None:
    rows, _ = clouds(rows=30)
    how = scaling.of(candidates.scaling_of(spec, rows), measure(rows))

    version = train(spec, how, rows, np.arange(30) % 20, classes=40)

    assert len(version.seen) == 20
