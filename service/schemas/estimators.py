"""How a client names an estimator: by its name, or as an object that fixes parameters."""

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import ValidationError, fields

from service.domain.catalogue import Estimator

Check = Callable[[Any], str | None]

_LARGEST = 1e12


def _positive(value: Any) -> str | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return None if is_number and 0 < value <= _LARGEST else f"must be above 0, at most {_LARGEST:g}"


def _whole(least: int, most: int) -> Check:
    def check(value: Any) -> str | None:
        is_within = type(value) is int and least <= value <= most
        return None if is_within else f"must be a whole number from {least} to {most}"

    return check


def _rate(value: Any) -> str | None:
    problem = "must be above 0, at most 1"
    return problem if _positive(value) or value > 1 else None


def _gamma(value: Any) -> str | None:
    if value in ("auto", "scale"):
        return None
    return _positive(value) and "must be 'auto', 'scale' or a number above 0"


def _scaling(value: Any) -> str | None:
    return None if value in ("standard", "unit") else "must be 'standard' or 'unit'"


def _flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


PARAMETERS: Mapping[Estimator, Mapping[str, Check]] = {
    Estimator.AUTO: {},
    Estimator.LOGISTIC: {"C": _positive, "scaling": _scaling},
    Estimator.EXTERNAL: {},
    Estimator.SVM_RBF: {
        "C": _positive,
        "gamma": _gamma,
        "standardise": _flag,
        "components": _whole(0, 4096),
    },
    Estimator.FOREST: {"trees": _whole(1, 1000)},
    Estimator.BOOSTING: {"iterations": _whole(1, 1000), "learning_rate": _rate},
    Estimator.NAIVE_BAYES: {"alpha": _positive},
}


class EstimatorField(fields.Field[dict[str, Any]]):
    """A name, or an object with a name and parameters; loads to the object."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> dict[str, Any]:
        given = {"name": value} if isinstance(value, str) else value
        if not isinstance(given, dict) or not isinstance(given.get("name"), str):
            raise ValidationError("must be a name, or an object with a name")
        names = [str(each) for each in Estimator]
        if given["name"] not in names:
            raise ValidationError(f"must be one of: {', '.join(names)}")
        known = PARAMETERS[Estimator(given["name"])]
        problems: dict[str, list[str]] = {}
        for name, parameter in given.items():
            if name == "name":
                continue
            if name not in known:
                problems[name] = [f"{given['name']} takes no such parameter"]
            elif problem := known[name](parameter):
                problems[name] = [problem]
        if problems:
            raise ValidationError(problems)
        return dict(given)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_: Any) -> Any:
        return value["name"] if set(value) == {"name"} else value
