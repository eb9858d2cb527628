"""A version comes back exactly, and nothing else is let in."""

import io
import json
import pickle
from collections.abc import Callable

import numpy as np
import pytest
import skops.io
from sklearn.svm import SVC

from workers.encoders import text
from workers.learning import persistence, scaling, terms
from workers.learning.fitted import outputs
from workers.learning.scaling import Kind, SparseMoments
from workers.learning.specs import EstimatorSpec
from workers.learning.training import train
from workers.learning.versions import Fitted, Kernel

Clouds = Callable[..., tuple[np.ndarray, np.ndarray]]


def same(left: np.ndarray | None, right: np.ndarray | None) -> bool:
    if left is None or right is None:
        return left is right
    return left.dtype == right.dtype and np.array_equal(left, right)


def check_round_trip(version: Fitted, rows: np.ndarray) -> None:
    again = persistence.loads(persistence.dumps(version))

    before, after = outputs(version, rows), outputs(again, rows)
    for name in ("label", "proba", "gap"):
        assert same(getattr(before, name), getattr(after, name))
    assert type(again) is type(version)
    assert again.scaling.kind is version.scaling.kind
    assert (again.classes, again.report) == (version.classes, version.report)


@pytest.mark.parametrize("name", ["logistic", "svm_rbf"])
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("kind", [Kind.STANDARD, Kind.UNIT, Kind.NONE])
def test_a_version_of_vectors_says_the_same_again(
    clouds: Clouds, measure: Callable, kind: Kind, classes: int, name: str
) -> None:
    rows, labels = clouds(classes=classes)
    scaled = scaling.of(kind, measure(rows))

    check_round_trip(train(EstimatorSpec(name=name), scaled, rows, labels, classes=5), rows)


@pytest.mark.parametrize("name", ["logistic", "svm_rbf"])
def test_a_version_of_texts_says_the_same_again(name: str) -> None:
    counts = text.encode(["good film", "bad film", "good story", "bad plot"])
    held = np.bincount(counts.indices, minlength=terms.WIDTH)
    pool = SparseMoments(count=4, document_frequency=held)
    labels = np.array([1, 0, 1, 0])

    version = train(
        EstimatorSpec(name=name), scaling.of(Kind.TFIDF, pool), counts, labels, classes=2
    )

    check_round_trip(version, counts)


def test_equal_linear_versions_are_equal_bytes(clouds: Clouds, measure: Callable) -> None:
    rows, labels = clouds()
    scaled = scaling.of(Kind.STANDARD, measure(rows))

    left, right = (
        persistence.dumps(train(EstimatorSpec(name="logistic"), scaled, rows, labels, classes=3))
        for _ in range(2)
    )

    assert left == right


@pytest.fixture
def parts(clouds: Clouds, measure: Callable) -> dict[str, np.ndarray]:
    """Take a stored kernel version apart."""
    rows, labels = clouds()
    scaled = scaling.of(Kind.STANDARD, measure(rows))
    version = train(EstimatorSpec(name="svm_rbf"), scaled, rows, labels, classes=3)
    with np.load(io.BytesIO(persistence.dumps(version))) as archive:
        return dict(archive)


def packed(parts: dict[str, np.ndarray]) -> bytes:
    out = io.BytesIO()
    np.savez(out, **parts)
    return out.getvalue()


def as_bytes(data: bytes) -> np.ndarray:
    return np.frombuffer(data, np.uint8)


class Planted(SVC):
    """A type that no list trusts."""


def test_an_untrusted_type_is_refused(parts: dict[str, np.ndarray]) -> None:
    parts["machine"] = as_bytes(skops.io.dumps(Planted()))

    with pytest.raises(persistence.Unreadable, match=r"not trusted.*Planted"):
        persistence.loads(packed(parts))


def test_another_estimator_in_place_of_the_machine_is_refused(
    parts: dict[str, np.ndarray],
) -> None:
    parts["machine"] = as_bytes(skops.io.dumps({"not": "a machine"}))

    with pytest.raises(persistence.Unreadable, match="holds a dict, not SVC"):
        persistence.loads(packed(parts))


def test_boosted_trees_that_were_tampered_with_are_refused(
    clouds: Clouds, measure: Callable
) -> None:
    rows, labels = clouds()
    how = scaling.of(Kind.NONE, measure(rows))
    data = persistence.dumps(train(EstimatorSpec(name="boosting"), how, rows, labels, classes=3))
    with np.load(io.BytesIO(data)) as archive:
        whole = dict(archive)
    machine = whole["machine"].tobytes()
    places = np.random.default_rng(0).integers(0, len(machine), 8)
    flipped = [machine[:at] + bytes([machine[at] ^ 0x55]) + machine[at + 1 :] for at in places]
    wrong = [machine[:-100], b"", skops.io.dumps(Planted()), skops.io.dumps(SVC()), *flipped]

    for each in wrong:
        try:
            again = persistence.loads(packed(whole | {"machine": as_bytes(each)}))
        except persistence.Unreadable:
            continue
        # A bit of an archive's own bookkeeping, which nothing reads, may be another one.
        np.testing.assert_array_equal(
            outputs(again, rows).proba, outputs(persistence.loads(data), rows).proba
        )
        assert each in flipped


def test_a_newer_format_is_refused(parts: dict[str, np.ndarray]) -> None:
    header = json.loads(parts["header"].tobytes()) | {"format": 2}
    parts["header"] = as_bytes(json.dumps(header).encode())

    with pytest.raises(persistence.Unreadable, match="format 2 is not 1"):
        persistence.loads(packed(parts))


def test_a_missing_part_is_refused(parts: dict[str, np.ndarray]) -> None:
    del parts["seen"]

    with pytest.raises(persistence.Unreadable, match="seen"):
        persistence.loads(packed(parts))


def test_a_cut_machine_is_refused(parts: dict[str, np.ndarray]) -> None:
    parts["machine"] = parts["machine"][:-100]

    with pytest.raises(persistence.Unreadable, match="not a readable fitted version"):
        persistence.loads(packed(parts))


def test_pickles_are_refused(parts: dict[str, np.ndarray]) -> None:
    parts["seen"] = np.array([{"any": "object"}], dtype=object)

    for data in (packed(parts), pickle.dumps(parts), b"", b"nonsense"):
        with pytest.raises(persistence.Unreadable):
            persistence.loads(data)


def test_a_kernel_version_is_stored_with_its_machine(parts: dict[str, np.ndarray]) -> None:
    again = persistence.loads(packed(parts))

    assert isinstance(again, Kernel)
    assert type(again.machine) is SVC
