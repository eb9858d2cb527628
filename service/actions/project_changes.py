"""Changes of a project's settings: whether they go with one another, and with what was before."""

from collections.abc import Mapping
from typing import Any

from service.domain.catalogue import Estimator, InputType
from service.domain.projects import problem_of_estimator, problem_of_goal, problem_of_strategy
from service.errors import Fault, Unacceptable
from service.store.tables.pool import Project


def checked(project: Project, changes: Mapping[str, Any]) -> Mapping[str, Any]:
    """The changes as they are to be made.

    Raises:
        Unacceptable: classes would be taken away, or settings do not go together.
    """
    _check_classes(project, changes)
    _check_goal(project, changes)
    return _with_estimator(project, changes)


def _check_classes(project: Project, changes: Mapping[str, Any]) -> None:
    classes = changes.get("classes")
    if classes is not None and classes[: len(project.classes)] != project.classes:
        fault = Fault(
            "/task/classes", f"must begin with the present ones: {', '.join(project.classes)}"
        )
        raise Unacceptable("classes can be added at the end, not taken away", faults=[fault])
    if classes is None or project.input_type != InputType.SCORES or not project.version_count:
        return
    if classes != project.classes:
        fault = Fault("/task/classes", "are those of the probabilities that you have brought")
        raise Unacceptable("the classes cannot be changed any more", faults=[fault])


def _check_goal(project: Project, changes: Mapping[str, Any]) -> None:
    """Check that goal, strategy and classes still go together."""
    goal, strategy, classes = (
        changes.get(name, getattr(project, name)) for name in ("goal", "strategy", "classes")
    )
    if problem := problem_of_goal(goal, classes):
        fault = Fault("/goal/positive", problem)
        raise Unacceptable("the project cannot have this goal", faults=[fault])
    if problem := problem_of_strategy(strategy, goal, classes):
        fault = Fault("/strategy", problem)
        raise Unacceptable("the project cannot have this strategy", faults=[fault])


def _with_estimator(project: Project, changes: Mapping[str, Any]) -> Mapping[str, Any]:
    """The changes, with the estimator that a project of the client's own scores has."""
    if "estimator" not in changes:
        return changes
    input_type = InputType(project.input_type)
    if problem := problem_of_estimator(input_type, changes["estimator"]["name"]):
        fault = Fault("/estimator", problem)
        raise Unacceptable("the project cannot have this estimator", faults=[fault])
    if input_type is not InputType.SCORES:
        return changes
    return {**changes, "estimator": {"name": str(Estimator.EXTERNAL)}}
