"""Labels into a fitted version, or held with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import structlog

from service.domain.runs import RunState, Stage
from service.runtime import Runtime
from service.store import cycles, labels, runs, shards, versions
from service.store.tables.learning import Run, Version
from service.store.tables.pool import Project, Shard
from workers import stages
from workers.learning import consensus, estimators, persistence, safeguards
from workers.learning.arrays import Ints
from workers.learning.fitted import Fitted
from workers.learning.training import EstimatorSpec
from workers.pool import features, measured
from workers.stages import Message

log = structlog.get_logger(__name__)

# What `auto` is for now, whatever the input.
DEFAULT = "logistic"


@dataclass(frozen=True, kw_only=True)
class _Task:
    """All that a fit needs, read in one transaction."""

    project: Project
    shards: Sequence[Shard]
    previous: Version | None
    positions: Ints
    values: Ints


def run(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Fit a version on the labels of this moment."""
    task = _load(runtime, run)
    classes = task.project.classes
    counts = np.bincount(task.values, minlength=len(classes)).tolist()
    verdict = safeguards.trainable(counts, classes)
    if not verdict.passed:
        return _hold(runtime, run, verdict.reason)
    spec = _spec(task.project)
    fitted = _fit(runtime, task, spec)
    return _save(runtime, run, task, spec, fitted)


def _load(runtime: Runtime, run: Run) -> _Task:
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        cycles.look_at_labels(held, project)
        rows = labels.training(session, project)
        found = shards.list_for(session, project.id)
        previous = versions.find_last(session, project.id)
    resolved = consensus.of_rows(rows)
    # Items whose features are not there yet are trained on by the cycle that follows them.
    known = resolved.items < project.encoded
    return _Task(
        project=project,
        shards=found,
        previous=previous,
        positions=resolved.items[known],
        values=resolved.labels[known],
    )


def _spec(project: Project) -> EstimatorSpec:
    chosen = dict(project.estimator)
    name = str(chosen.pop("name"))
    return EstimatorSpec(name=DEFAULT if name == "auto" else name, parameters=chosen)


def _fit(runtime: Runtime, task: _Task, spec: EstimatorSpec) -> Fitted:
    previous = task.previous
    is_same = previous is not None and previous.estimator["name"] == spec.name
    return estimators.fit(
        spec,
        features.take(runtime.blobs, task.shards, task.positions),
        task.values,
        classes=len(task.project.classes),
        moments=measured.read(runtime.blobs, task.shards),
        rng=np.random.default_rng([task.project.seed, task.project.version_count]),
        previous=previous.report if previous is not None and is_same else None,
        cross_validate=_is_time_to_validate(previous if is_same else None, len(task.values)),
    )


def _is_time_to_validate(previous: Version | None, labels: int) -> bool:
    """Cross-validate anew when the labels have doubled since it was last done."""
    last = (previous.report.get("validated_at") or 0) if previous else 0
    return labels >= 2 * int(last)


def _hold(runtime: Runtime, run: Run, reason: str) -> Sequence[Message]:
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        ended = cycles.end(session, held, project, state=RunState.HELD, reason=reason, at=now)
    log.info("held", run=str(run.id), reason=reason)
    return [(each.stage, (each.id,)) for each in (ended.follow_up,) if each is not None]


def _save(
    runtime: Runtime, run: Run, task: _Task, spec: EstimatorSpec, fitted: Fitted
) -> Sequence[Message]:
    now = runtime.now()
    report = dict(fitted.report)
    model = runtime.blobs.put(persistence.dumps(fitted))
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        version = versions.add(
            session,
            project,
            estimator={"name": spec.name} | dict(report.pop("parameters", spec.parameters)),
            report=report | _validated(report, task.previous, len(task.values)),
            classes=task.project.classes,
            labels=len(task.values),
            model=model,
            created_at=now,
        )
        pinned = versions.find(session, project.version_id) if project.pinned else None
        if pinned is not None:
            version.reason = f"version {pinned.number} is pinned"
        in_use = pinned or version
        runs.move(session, held, now=now, stage=Stage.SCORE, version_id=in_use.id)
    seconds = (runtime.now() - (run.stage_at or now)).total_seconds()
    log.info(
        "retrained", run=str(run.id), version=version.number, labels=version.labels, seconds=seconds
    )
    return [(Stage.SCORE, (run.id,))]


def _validated(
    report: dict[str, object], previous: Version | None, labels: int
) -> dict[str, object]:
    """Cross-validated scores with the number of labels that they are of."""
    if report.get("cross_validation") is not None:
        return {"validated_at": labels}
    if previous is None:
        return {"validated_at": None}
    kept = ("cross_validation", "validated_at", "log_loss_by_scaling")
    return {name: previous.report.get(name) for name in kept}
