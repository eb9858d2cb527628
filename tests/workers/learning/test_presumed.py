"""In a search, items that nobody has looked at are taken for what is not sought."""

import numpy as np
import pytest
from scipy import sparse

from workers.learning import estimators, presumed, specs
from workers.learning.fitted import outputs
from workers.learning.presumed import Presumed
from workers.learning.scaling import SparseMoments
from workers.learning.versions import Fitted

SEARCH = {"type": "recall", "positive": "relevant", "target": 0.95}
WIDTH = 50


@pytest.mark.parametrize(
    ("goal", "classes", "is_text", "label"),
    [
        (SEARCH, ["relevant", "rest"], True, 1),
        (SEARCH, ["rest", "relevant"], True, 0),
        (SEARCH, ["relevant", "rest"], False, None),
        (SEARCH, ["relevant", "rest", "unclear"], True, None),
        ({"type": "accuracy", "target": 0.9}, ["relevant", "rest"], True, None),
        (None, ["relevant", "rest"], True, None),
    ],
)
def test_only_a_search_among_texts_of_two_classes_presumes(
    goal: dict[str, object] | None, classes: list[str], is_text: bool, label: int | None
) -> None:
    assert presumed.label_of(goal, classes, is_text=is_text) == label


def counts(terms: list[list[int]]) -> sparse.csr_matrix:
    rows = np.zeros((len(terms), WIDTH), dtype=np.float32)
    for row, held in zip(rows, terms, strict=True):
        row[held] = 1.0
    return sparse.csr_matrix(rows)


def fitted(more: Presumed | None) -> Fitted:
    features = counts([[0, 9], [1, 9], [2, 9], [3, 9]])
    return estimators.fit(
        specs.wanted({"name": "auto"}, goal=SEARCH, is_text=True),
        features,
        np.array([0, 0, 1, 1]),
        classes=2,
        moments=SparseMoments(count=100, document_frequency=np.full(WIDTH, 10)),
        rng=np.random.default_rng(0),
        presumed=more,
    )


def test_what_is_common_in_the_pool_is_learned_to_be_unsought() -> None:
    pool = counts([[20 + n % 5] for n in range(30)])
    plain, told = fitted(None), fitted(Presumed(rows=pool, label=1))
    common = counts([[21]])

    before, after = (outputs(each, common).proba[0, 0] for each in (plain, told))

    assert before > 0.4
    assert after < 0.2


def test_presumed_items_are_told_and_judge_nothing() -> None:
    told = fitted(Presumed(rows=counts([[20]] * 30), label=1))

    assert told.report["presumed"] == 30
    assert told.report["labels"] == 4
    assert told.report["cross_validation"]["judged"] == 4


def test_dense_rows_are_joined_too() -> None:
    rows, labels = presumed.joined(
        np.zeros((2, 3), np.float32),
        np.array([0, 1]),
        Presumed(rows=np.ones((3, 3), np.float32), label=1),
    )

    assert np.asarray(rows).sum(axis=1).tolist() == [0, 0, 3, 3, 3]
    assert labels.tolist() == [0, 1, 1, 1, 1]
