"""An estimator is a name, or an object whose parameters are checked one by one."""

from typing import Any

import pytest
from marshmallow import ValidationError

from service.domain.catalogue import Estimator, InputType
from service.domain.projects import problem_of_estimator
from service.schemas.estimators import EstimatorField

FIELD = EstimatorField()


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({"name": "svm_rbf", "C": 0}, "C"),
        ({"name": "svm_rbf", "C": 10**400}, "C"),
        ({"name": "svm_rbf", "gamma": "wide"}, "gamma"),
        ({"name": "svm_rbf", "standardise": 1}, "standardise"),
        ({"name": "logistic", "scaling": "none"}, "scaling"),
        ({"name": "logistic", "depth": 3}, "depth"),
        ({"name": "svm_rbf", "components": 0.5}, "components"),
        ({"name": "forest", "trees": 0}, "trees"),
        ({"name": "forest", "trees": True}, "trees"),
        ({"name": "boosting", "iterations": 1001}, "iterations"),
        ({"name": "boosting", "learning_rate": 0}, "learning_rate"),
        ({"name": "boosting", "learning_rate": 1.1}, "learning_rate"),
        ({"name": "boosting", "learning_rate": "1"}, "learning_rate"),
        ({"name": "naive_bayes", "alpha": 0}, "alpha"),
    ],
)
def test_a_parameter_that_is_not_acceptable_is_refused_by_name(
    given: dict[str, Any], parameter: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        FIELD.deserialize(given)

    assert list(refused.value.messages) == [parameter]


@pytest.mark.parametrize("given", ["linear", {"name": "linear", "C": 1}, {"C": 1}])
def test_what_is_no_name_of_the_catalogue_is_refused(given: Any) -> None:
    with pytest.raises(ValidationError, match=r"must be"):
        FIELD.deserialize(given)


@pytest.mark.parametrize(
    "given",
    [
        {"name": "svm_rbf", "C": 1.0, "gamma": "auto", "components": 256},
        {"name": "forest", "trees": 50},
        {"name": "boosting", "iterations": 20, "learning_rate": 1},
        {"name": "naive_bayes", "alpha": 0.5},
    ],
    ids=lambda given: given["name"],
)
def test_what_is_acceptable_comes_back_as_it_was(given: dict[str, Any]) -> None:
    assert FIELD.deserialize(given) == given
    assert FIELD.deserialize(given["name"]) == {"name": given["name"]}


@pytest.mark.parametrize(
    ("name", "is_for_texts"),
    [(name, name not in ("forest", "boosting", "external")) for name in Estimator],
)
def test_trees_are_for_vectors_only(name: str, *, is_for_texts: bool) -> None:
    assert (problem_of_estimator(InputType.TEXT, name) is None) == is_for_texts
    assert (problem_of_estimator(InputType.VECTOR, name) is None) == (name != "external")
