"""A forest as arrays says what the machine says that it was taken from."""

import io
import json
from collections.abc import Callable

import numpy as np
import pytest
import skops.io
from sklearn.datasets import load_iris
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier

from workers.learning import forests, persistence, scaling
from workers.learning.fits import trees
from workers.learning.fits.task import Task
from workers.learning.fitted import outputs
from workers.learning.scaling import Kind, Scaling
from workers.learning.specs import EstimatorSpec
from workers.learning.training import train
from workers.learning.versions import Fitted

Clouds = Callable[..., tuple[np.ndarray, np.ndarray]]
Grown = ExtraTreesClassifier | HistGradientBoostingClassifier


@pytest.mark.parametrize("classes", [2, 3])
def test_probabilities_are_those_of_the_machine_to_the_last_bit(classes: int) -> None:
    rows, labels = load_iris(return_X_y=True)
    rows, labels = rows[labels < classes], labels[labels < classes].astype(np.int64)
    third = np.arange(0, len(rows), 3)
    task = Task(
        spec=EstimatorSpec(name="forest"),
        scaling=Scaling(kind=Kind.NONE),
        rows=rows[third],
        labels=labels[third],
        classes=classes,
        seed=7,
    )
    machine = ExtraTreesClassifier(100, random_state=7).fit(rows[third], labels[third])

    found = forests.probabilities(trees.forest(task), rows)

    assert found.tolist() == machine.predict_proba(rows).tolist()


@pytest.mark.parametrize(
    ("name", "machine"),
    [
        ("forest", ExtraTreesClassifier(100, random_state=0)),
        (
            "boosting",
            HistGradientBoostingClassifier(
                min_samples_leaf=trees.LEAST_IN_A_LEAF, early_stopping=False, random_state=0
            ),
        ),
    ],
)
def test_trees_that_were_stored_as_machines_are_read(name: str, machine: Grown) -> None:
    rows, labels = load_iris(return_X_y=True)
    machine.fit(rows[::2], labels[::2])
    how = Scaling(kind=Kind.NONE)
    version = train(EstimatorSpec(name=name), how, rows[::2], labels[::2], classes=3)
    header = {"format": 1, "kind": "trees", "classes": 3, "scaling": "none", "report": {}}
    out = io.BytesIO()
    np.savez(
        out,
        seen=np.arange(3),
        machine=np.frombuffer(skops.io.dumps(machine), np.uint8),
        header=np.frombuffer(json.dumps(header).encode(), np.uint8),
    )

    again = persistence.loads(out.getvalue())

    assert outputs(again, rows).proba.tolist() == outputs(version, rows).proba.tolist()


def taught(measure: Callable, rows: np.ndarray, labels: np.ndarray) -> Fitted:
    how = scaling.of(Kind.NONE, measure(rows))
    return train(EstimatorSpec(name="forest"), how, rows, labels, classes=3)


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("nodes", "left_child", 0),
        ("nodes", "right_child", 10**6),
        ("nodes", "left_child", -2),
        ("nodes", "feature", -3),
        ("sizes", None, 1),
        ("sizes", None, -1),
    ],
)
def test_a_forest_that_leads_out_of_itself_is_refused(
    clouds: Clouds, measure: Callable, name: str, field: str | None, value: int
) -> None:
    rows, labels = clouds()
    with np.load(io.BytesIO(persistence.dumps(taught(measure, rows, labels)))) as archive:
        whole = dict(archive)
    (whole[name][field] if field else whole[name])[0] = value
    out = io.BytesIO()
    np.savez(out, **whole)

    with pytest.raises(persistence.Unreadable, match="its trees"):
        persistence.loads(out.getvalue())


def test_a_forest_judges_no_rows_that_are_too_narrow(clouds: Clouds, measure: Callable) -> None:
    rows, labels = clouds()
    version = taught(measure, rows, labels)

    with pytest.raises(ValueError, match="wider rows than 1"):
        outputs(version, rows[:, :1])
