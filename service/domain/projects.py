"""What a client decides when it makes a project."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.domain.catalogue import Encoder, Estimator, GoalType, InputType, Strategy

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


def problem_of_goal(goal: Mapping[str, Any] | None, classes: Sequence[str]) -> str | None:
    """Why a project of these classes cannot have a goal, if it cannot; it is `positive`'s fault."""
    if goal is None:
        return None
    positive = goal.get("positive")
    if positive is None and goal["type"] == GoalType.RECALL:
        return "is needed: all items of which class are sought?"
    if positive is not None and positive not in classes:
        return f"is not one of the classes: {', '.join(classes)}"
    return None


def problem_of_strategy(
    strategy: Strategy, goal: Mapping[str, Any] | None, classes: Sequence[str]
) -> str | None:
    """Why a project cannot have a strategy, if it cannot."""
    if goal is not None and goal.get("positive") is not None:
        return None
    if strategy == Strategy.MOST_LIKELY:
        return "most_likely needs goal.positive, the class that is sought"
    if strategy == Strategy.HYBRID and len(classes) > 2:
        return "hybrid needs goal.positive, the class that is sought, of more than two"
    return None


@dataclass(frozen=True, kw_only=True)
class ProjectSettings:
    """Every setting of a project, with defaults in place."""

    name: str
    classes: tuple[str, ...]
    input_type: InputType
    dimensions: int | None
    encoder: Encoder | None
    """Where the items are texts."""
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
