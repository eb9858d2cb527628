"""The report of a project before there is anything to say: nulls, each with its reason."""

from typing import Any

NO_VERSION = (
    "there is no model yet; the report follows the first one, which needs labels of at least two "
    "classes"
)
NOT_YET = "the report is being made; it follows each new ranking by some seconds"


def empty(*, audit_labels: int, detail: str) -> dict[str, Any]:
    """A report in which every figure is null.

    >>> empty(audit_labels=3, detail="there is no model yet")["quality"]["audit_labels"]
    3
    """
    return {
        "quality": no_quality(audit_labels=audit_labels, detail=detail),
        "curve": [],
        "delivered": no_quality_of_all(detail),
        "coverage": no_coverage(detail),
        "stop": {"advice": None, "clauses": [], "detail": detail},
        "labels_saved": {"random_would_need": None, "used": None, "detail": detail},
        "annotators": [],
        "agreement": {"kappa": None, "low": None, "high": None, "repeats": 0, "detail": detail},
        "label_issues": [],
    }


def no_quality(*, audit_labels: int, detail: str, **more: Any) -> dict[str, Any]:
    """An accuracy that cannot be told, and why."""
    nulls: dict[str, Any] = {"accuracy": None, "low": None, "high": None}
    return (
        nulls
        | {"audit_labels": audit_labels, "classes": [], "alternatives": []}
        | more
        | {"detail": detail}
    )


def no_coverage(detail: str) -> dict[str, Any]:
    """Regions that cannot be told, and why."""
    return {"clusters": None, "uncovered": None, "regions": [], "detail": detail}


def no_quality_of_all(detail: str) -> dict[str, Any]:
    """A quality of all labels that cannot be told, and why."""
    return {"quality": None, "low": None, "high": None, "detail": detail}
