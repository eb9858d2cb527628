"""Estimators by name, with the parameters that are fixed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from service.domain.catalogue import GoalType
from workers.learning.scaling import Kind

Parameter: TypeAlias = float | str | bool

AUTO = "auto"

DEFAULTS: Mapping[str, Mapping[str, Parameter]] = {
    AUTO: {},
    "logistic": {"C": 10.0, "scaling": "auto"},
    "svm_rbf": {"C": 1.0, "gamma": "scale", "standardise": True, "components": 0},
    "forest": {"trees": 100},
    "boosting": {"iterations": 100, "learning_rate": 0.1},
    "naive_bayes": {"alpha": 1.0},
}
WHOLE = {"trees", "iterations", "components"}


@dataclass(frozen=True, kw_only=True)
class EstimatorSpec:
    """An estimator by name, with the parameters that are fixed.

    auto: none; one of the others is chosen by the data.
    logistic: `C`, and `scaling` (auto, standard, unit, none; for text tf-idf, whatever is named
        but `tfidf_search`, which is for searches).
    svm_rbf: `C`, `gamma` (scale, auto, or a positive number), `standardise`, and `components`
        (0 for the machine itself, else that many landmarks in its place).
    forest: `trees`. boosting: `iterations`, `learning_rate`.
    naive_bayes: `alpha`, the weight of what is assumed before any label, in labels.

    Raises:
        ValueError: an unknown name or parameter, or a value that is not acceptable.
    """

    name: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.name not in DEFAULTS:
            raise ValueError(f"'{self.name}' is not an estimator: {sorted(DEFAULTS)}")
        for name, value in self.parameters.items():
            if name not in DEFAULTS[self.name]:
                known = sorted(DEFAULTS[self.name])
                raise ValueError(f"'{name}' is not a parameter of '{self.name}': {known}")
            if not _acceptable(name, value):
                raise ValueError(f"{value!r} is not acceptable for '{name}' of '{self.name}'")

    def value(self, name: str) -> Parameter:
        """Give a parameter, or its default."""
        return self.parameters.get(name, DEFAULTS[self.name][name])

    def fixing(self, **parameters: Parameter) -> "EstimatorSpec":
        """Give the same estimator with more parameters fixed."""
        return EstimatorSpec(name=self.name, parameters={**self.parameters, **parameters})

    @property
    def named(self) -> dict[str, Parameter]:
        """The name and the fixed parameters, as on the wire."""
        return {"name": self.name, **self.parameters}

    def number(self, name: str) -> float:
        """Give a parameter that is a number, or its default."""
        return float(self.value(name))


def of(named: Mapping[str, Parameter]) -> EstimatorSpec:
    """Read a specification from its form on the wire.

    Raises:
        ValueError: an unknown name or parameter, or a value that is not acceptable.
    """
    parameters = {name: value for name, value in named.items() if name != "name"}
    return EstimatorSpec(name=str(named["name"]), parameters=parameters)


def wanted(
    named: Mapping[str, Parameter],
    *,
    goal: Mapping[str, Any] | None,
    is_text: bool,
) -> EstimatorSpec:
    """Give the estimator that the settings of a project ask for.

    Where all texts of one class are to be found, `auto` is logistic regression from the first
    labels on: those of the likeliest texts are no sample to choose an estimator by.

    Args:
        named: as on the wire.
        goal: `type`, and `positive`, the class to be found, where that is `recall`.
    """
    is_search = goal is not None and goal["type"] == GoalType.RECALL
    if named["name"] == AUTO and is_text and is_search:
        return EstimatorSpec(name="logistic", parameters={"C": 10.0, "scaling": str(Kind.SEARCH)})
    return of(named)


def _acceptable(name: str, value: Any) -> bool:
    match name:
        case "scaling":
            return value in {"auto", Kind.STANDARD, Kind.UNIT, Kind.NONE, Kind.SEARCH}
        case "standardise":
            return isinstance(value, bool)
        case "gamma" if isinstance(value, str):
            return value in {"auto", "scale"}
        case "components" if value == 0:
            return type(value) is int
    if name in WHOLE and type(value) is not int:
        return False
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and 0 < value < float("inf")
