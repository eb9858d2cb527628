"""What a client decides when it makes a project."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.domain.catalogue import Estimator, InputType, Strategy

OF_VECTORS = (Estimator.FOREST, Estimator.BOOSTING)


def problem_of_estimator(input_type: InputType, name: str) -> str | None:
    """Why a project cannot have an estimator, if it cannot."""
    is_brought = input_type == InputType.SCORES
    if is_brought and name not in (Estimator.AUTO, Estimator.EXTERNAL):
        return "is external where the input is scores: nothing is trained here"
    if not is_brought and name == Estimator.EXTERNAL:
        return "is external only where the input is scores"
    if input_type == InputType.TEXT and name in OF_VECTORS:
        return f"is {name} only where the input is vectors: trees do not split on rare words"
    return None


@dataclass(frozen=True, kw_only=True)
class ProjectSettings:
    """Every setting of a project, with defaults in place."""

    name: str
    classes: tuple[str, ...]
    input_type: InputType
    dimensions: int | None
    goal: Mapping[str, Any] | None
    strategy: Strategy
    estimator: Mapping[str, Any]
    coverage_share: float
    audit_share: float
    min_labels: int
    retrain_share: float
    max_wait_seconds: float
    labels_per_item: int
    lease_seconds: int
    seed: int | None
