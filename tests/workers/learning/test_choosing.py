"""`auto` takes what loses least over the pool, clearly, and only what is quick enough."""

from collections.abc import Callable

import numpy as np
import pytest

from workers.encoders import text
from workers.learning import estimators, terms
from workers.learning.fitted import outputs
from workers.learning.scaling import DenseMoments, SparseMoments
from workers.learning.specs import AUTO, EstimatorSpec
from workers.learning.versions import Fitted, Kernel, Landmarks

Measure = Callable[[np.ndarray], DenseMoments]
Data = tuple[np.ndarray, np.ndarray]


def a_line(count: int, seed: int = 0) -> Data:
    """Two classes on either side of a line, with noise, on rows of unequal length."""
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((count, 8))
    chance = 1 / (1 + np.exp(-2 * rows[:, 0] - 2 * rows[:, 1]))
    return rows.astype(np.float32), (rng.random(count) < chance).astype(np.int64)


def rings(count: int, seed: int = 0) -> Data:
    """Two classes at different distances from the middle."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    rows = rng.standard_normal((count, 3))
    rows *= ((1.0 + labels) / np.linalg.norm(rows, axis=1))[:, None]
    return (rows + 0.1 * rng.standard_normal(rows.shape)).astype(np.float32), labels


def boxes(count: int, seed: int = 0) -> Data:
    """Two classes by the signs of two of twenty features."""
    rng = np.random.default_rng(seed)
    rows = rng.uniform(-1, 1, (count, 20))
    return rows.astype(np.float32), ((rows[:, 0] > 0) & (rows[:, 1] > 0)).astype(np.int64)


def directions(count: int, seed: int = 0) -> Data:
    """Two classes around two directions, of unit length, in many dimensions."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    rows = 0.15 * rng.standard_normal((count, 60))
    rows[np.arange(count), labels] += 1.0
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), labels


def fit(data: Data, measure: Measure, **options: object) -> Fitted:
    return fit_on(data, measure(data[0]), **options)


def fit_on(data: Data, moments: DenseMoments, **options: object) -> Fitted:
    rows, labels = data
    return estimators.fit(
        EstimatorSpec(name=AUTO),
        rows,
        labels,
        classes=int(labels.max()) + 1,
        moments=moments,
        rng=np.random.default_rng(0),
        **options,
    )


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (a_line(300), {"logistic"}),
        (rings(300), {"svm_rbf"}),
        (boxes(300), {"forest", "boosting"}),
        (directions(300), {"logistic"}),
    ],
    ids=["a line", "rings", "boxes", "directions"],
)
def test_the_estimator_is_of_the_kind_that_the_data_is_of(
    data: Data, names: set[str], measure: Measure
) -> None:
    version = fit(data, measure)

    assert version.report["estimator"] in names
    assert version.report["reason"] == "cross-validation"
    assert {each["estimator"]["name"] for each in version.report["candidates"]} >= {
        "logistic",
        "svm_rbf",
        "forest",
    }
    assert np.mean(outputs(version, data[0]).label == data[1]) > 0.8


@pytest.mark.parametrize(
    ("data", "name"), [(boxes(49), "forest"), (directions(49), "logistic")], ids=["table", "unit"]
)
def test_below_fifty_labels_it_is_the_default(data: Data, name: str, measure: Measure) -> None:
    version = fit(data, measure)

    assert version.report["estimator"] == name
    assert version.report["candidates"] == []
    assert version.report["compared_at"] is None


def test_what_was_chosen_stands_until_the_labels_have_doubled(measure: Measure) -> None:
    first = fit(a_line(60), measure).report
    before = first | {"chosen": {"name": "forest"}, "estimator": "forest"}

    kept = fit(a_line(119), measure, previous=before).report
    anew = fit(a_line(120), measure, previous=before).report

    assert (kept["chosen"], kept["compared_at"]) == ({"name": "forest"}, 60)
    assert anew["compared_at"] == 120
    assert anew["chosen"] != {"name": "forest"}


def test_what_is_in_force_is_left_only_for_what_is_clearly_better(measure: Measure) -> None:
    data = a_line(100)
    first = fit(data, measure).report
    tried = {each["estimator"]["name"]: each for each in first["candidates"]}
    least = min(tried, key=lambda name: tried[name]["calibrated_log_loss"])

    stayed = [
        name
        for name, each in tried.items()
        if fit(
            data, measure, previous=first | {"chosen": each["estimator"], "compared_at": 50}
        ).report["estimator"]
        == name
    ]

    assert least in stayed
    assert 1 < len(stayed) < len(tried)


def test_landmarks_stand_in_for_the_machine_on_a_large_pool(measure: Measure) -> None:
    data = rings(300)
    small = measure(data[0])
    large = DenseMoments(count=1_000_000, mean=small.mean, variance=small.variance)
    rows, labels = rings(500, seed=1)

    machine, landmarks = fit_on(data, small), fit_on(data, large)

    assert isinstance(machine, Kernel)
    assert isinstance(landmarks, Landmarks)
    assert landmarks.report["chosen"]["components"] == len(landmarks.landmarks)
    said, reference = outputs(landmarks, rows), outputs(machine, rows)
    assert np.mean(said.label == labels) > np.mean(reference.label == labels) - 0.02


def test_texts_are_learned_by_what_is_for_texts() -> None:
    words = ("river boat", "engine oil")
    texts = [f"{words[n % 2]} w{n % 13} w{n % 7}" for n in range(80)]
    counts = text.encode(texts)
    held = np.bincount(counts.indices, minlength=terms.WIDTH)

    version = estimators.fit(
        EstimatorSpec(name=AUTO),
        counts,
        np.arange(80) % 2,
        classes=2,
        moments=SparseMoments(count=80, document_frequency=held),
        rng=np.random.default_rng(0),
        pool=counts[:40],
    )

    tried = {each["estimator"]["name"] for each in version.report["candidates"]}
    assert tried == {"logistic", "naive_bayes"}
    assert version.report["scaling"] == "tfidf"


def test_labels_count_for_the_part_of_the_pool_that_they_are_near_to(measure: Measure) -> None:
    """Most labels are where the class is chance; most of the pool is where it is certain."""
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((2_120, 3)).astype(np.float32)
    rows[100:] += 20.0
    data = rows[:120], np.where(np.arange(120) < 100, rng.integers(0, 2, 120), 0)

    plain, weighted = (
        fit_on(data, measure(rows), pool=pool).report["cross_validation"]
        for pool in (None, rows[100:])
    )

    assert plain["accuracy"] < 0.75
    assert weighted["accuracy"] > 0.9
    assert weighted["log_loss"] < 0.5 * plain["log_loss"]
