"""What a rule is chosen by, read from the database when a run first needs its rule."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from sqlalchemy.orm import Session

from service.domain.catalogue import InputType, Strategy
from service.runtime import Runtime
from service.store import batches, leases, projects, training, versions
from service.store.tables.learning import Run, Version
from service.store.tables.pool import Project
from workers.encoders import inputs
from workers.learning import regimes, rules
from workers.learning.rules import Features, Rule, Situation

Counts: TypeAlias = Mapping[int, int]
"""How many items somebody has labelled with each class."""


def counts(runtime: Runtime, run: Run) -> Counts | None:
    """What `rule_of` counts for a run that has no rule yet, for those who lock its project after.

    With many labels that takes long, and whoever labels waits for the lock.
    """
    if run.rule is not None:
        return None
    with runtime.readers() as session:
        project = projects.find_live(session, run.project_id)
        return training.count_by_class(session, project) if project is not None else None


def rule_of(
    session: Session, project: Project, run: Run, *, at: datetime, labels: Counts | None = None
) -> Rule:
    """The rule that a run has, or would have if it were chosen now.

    Args:
        labels: what was counted a moment ago, if it was.
    """
    if run.rule is not None:
        return rules.unpack(run.rule)
    version = versions.find(session, run.version_id)
    if labels is None:
        labels = training.count_by_class(session, project)
    return regimes.decide(_situation(session, project, version, labels, at=at))


def _situation(
    session: Session, project: Project, version: Version | None, labels: Counts, *, at: datetime
) -> Situation:
    goal, positive = rules.goal_of(project.goal, project.classes)
    if version is not None and positive is not None and positive >= len(version.classes):
        positive = None  # the version was made before the class
    return Situation(
        strategy=Strategy(project.strategy),
        has_version=version is not None,
        classes=project.classes,
        labels=[labels.get(value, 0) for value in range(len(project.classes))],
        features=_features(project),
        batch_size=batches.usual_size(session, project.id),
        pool_size=project.open_count,
        is_brought=project.input_type == InputType.SCORES,
        annotators=leases.count_annotators(session, project.id, now=at),
        goal=goal,
        positive=positive,
    )


def _features(project: Project) -> Features:
    if not project.has_features:
        return Features.NONE
    return Features.SPARSE if inputs.is_sparse(project) else Features.DENSE
