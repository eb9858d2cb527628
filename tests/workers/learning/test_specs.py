"""Settings of a project say which estimator it asks for."""

import pytest

from workers.learning import specs
from workers.learning.specs import EstimatorSpec

TO_FIND = {"type": "recall", "positive": "relevant", "target": 0.95}
OF_SEARCH = {"name": "logistic", "C": 10.0, "scaling": "tfidf_search"}


@pytest.mark.parametrize(
    ("named", "goal", "is_text", "expected"),
    [
        ({"name": "auto"}, None, True, {"name": "auto"}),
        ({"name": "auto"}, {"type": "accuracy", "target": 0.9}, True, {"name": "auto"}),
        ({"name": "auto"}, TO_FIND, False, {"name": "auto"}),
        ({"name": "auto"}, TO_FIND, True, OF_SEARCH),
        ({"name": "logistic", "C": 2.0}, TO_FIND, True, {"name": "logistic", "C": 2.0}),
    ],
    ids=["no goal", "accuracy", "vectors", "texts to find", "named"],
)
def test_texts_of_a_class_are_found_by_one_estimator_unless_another_is_named(
    named: dict, goal: dict | None, *, is_text: bool, expected: dict
) -> None:
    wanted = specs.wanted(named, goal=goal, is_text=is_text)

    assert wanted.named == expected


def test_what_is_written_is_read_again() -> None:
    spec = EstimatorSpec(name="svm_rbf", parameters={"C": 2.0, "components": 64})

    assert specs.of(spec.named) == spec
    assert spec.fixing(C=3.0).named == {"name": "svm_rbf", "C": 3.0, "components": 64}
