"""Labels into a fitted version that the gate lets through, or held with a reason."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import structlog
from sqlalchemy.orm import Session

from service.domain.runs import RunState, Stage
from service.runtime import Runtime
from service.store import cycles, labels, masks, reports, runs, shards, versions
from service.store.tables.learning import Run, Version
from service.store.tables.pool import Project, Shard
from workers import gate, stages
from workers.encoders import inputs
from workers.gate import Evidence
from workers.learning import estimators, persistence, presumed, safeguards, shares, specs
from workers.learning.arrays import Ints, Matrix
from workers.learning.presumed import Presumed
from workers.learning.safeguards import Compared
from workers.learning.specs import EstimatorSpec
from workers.learning.versions import Fitted
from workers.pool import features, measured
from workers.stages import Message

log = structlog.get_logger(__name__)

# What the last cross-validation found, until there is another.
KEPT = ("cross_validation", "candidates")


@dataclass(frozen=True, kw_only=True)
class _Task:
    """All that a fit needs, read in one transaction."""

    project: Project
    shards: Sequence[Shard]
    previous: Version | None
    """The version before, if it was fitted for the same and is worth going on from."""
    evidence: Evidence | None
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
    fitted = _fit(runtime, task)
    compared = gate.judge(runtime, fitted, task.evidence, task.shards) if task.evidence else None
    return _save(runtime, run, task, fitted, compared)


def _load(runtime: Runtime, run: Run) -> _Task:
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        cycles.look_at_labels(held, project)
        # Items whose features are not there yet are trained on by the cycle that follows them.
        resolved = gate.resolved(labels.training(session, project), below=project.encoded)
        return _Task(
            project=project,
            shards=shards.list_for(session, project.id),
            previous=_previous(session, project),
            evidence=gate.evidence(session, project),
            positions=resolved.items,
            values=resolved.labels,
        )


def _wanted(project: Project) -> EstimatorSpec:
    return specs.wanted(
        project.estimator,
        goal=project.goal,
        is_text=inputs.is_sparse(project),
    )


def _previous(session: Session, project: Project) -> Version | None:
    """The last version to go on from: fitted for the same, and not refused by the gate."""
    last = versions.find_last(session, project.id)
    if last is None or last.report.get("asked") != _wanted(project).named:
        return None
    return last if (last.report.get("gate") or {"passed": True})["passed"] else None


def _fit(runtime: Runtime, task: _Task) -> Fitted:
    project = task.project
    before = task.previous.report if task.previous else {}
    is_due = estimators.is_due(before, len(task.values))
    chance = [project.seed, project.version_count]
    return estimators.fit(
        _wanted(project),
        features.take(runtime.blobs, task.shards, task.positions),
        task.values,
        classes=len(project.classes),
        moments=measured.read(runtime.blobs, task.shards),
        rng=np.random.default_rng(chance),
        previous=before,
        cross_validate=is_due,
        pool=_sample(runtime, task, chance) if is_due else None,
        presumed=_presumed(runtime, task, chance),
        seconds=runtime.settings.ranking_seconds,
    )


def _sample(runtime: Runtime, task: _Task, chance: Sequence[int]) -> Matrix:
    """Rows drawn from the pool, by which labels count for what they are near to."""
    rng = np.random.default_rng([*chance, shares.SAMPLE])
    return features.draw(runtime.blobs, task.shards, shares.SAMPLE, rng)


def _presumed(runtime: Runtime, task: _Task, chance: Sequence[int]) -> Presumed | None:
    """Items outside the reserve that nobody has labelled, where a search takes some for others."""
    project = task.project
    is_text = inputs.is_sparse(project)
    label = presumed.label_of(project.goal, project.classes, is_text=is_text)
    if label is None:
        return None
    rng = np.random.default_rng([*chance, presumed.COUNT])
    drawn = rng.permutation(project.encoded)[: 2 * presumed.COUNT]
    with runtime.readers() as session:
        unseen = masks.free_among(session, project, drawn.tolist())
    taken = np.sort([each for each in drawn.tolist() if each in unseen][: presumed.COUNT])
    if not len(taken):
        return None
    return Presumed(rows=features.take(runtime.blobs, task.shards, taken), label=label)


def _hold(runtime: Runtime, run: Run, reason: str) -> Sequence[Message]:
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        messages = _ended(session, runtime, held, project, reason)
    log.info("held", run=str(run.id), reason=reason)
    return messages


def _ended(
    session: Session, runtime: Runtime, run: Run, project: Project, reason: str
) -> Sequence[Message]:
    """End a run that leaves the ranking as it is; its labels count as seen."""
    now = runtime.now()
    ended = cycles.end(session, run, project, state=RunState.HELD, reason=reason, at=now)
    return stages.messages(ended.follow_up, reports.queue_up(session, project, at=now))


def _save(
    runtime: Runtime, run: Run, task: _Task, fitted: Fitted, compared: Compared | None
) -> Sequence[Message]:
    now = runtime.now()
    model = runtime.blobs.put(persistence.dumps(fitted))
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        version = versions.add(
            session,
            project,
            estimator=fitted.report["chosen"],
            report=_report(task, fitted, compared),
            classes=task.project.classes,
            labels=len(task.values),
            model=model,
            created_at=now,
        )
        pinned = versions.find(session, project.version_id) if project.pinned else None
        if pinned is not None:
            version.reason = f"version {pinned.number} is pinned"
        if pinned is None and compared is not None and not compared.passed:
            version.reason = f"refused: {compared.reason}"
            messages = _ended(
                session, runtime, held, project, f"version {version.number} was {version.reason}"
            )
        else:
            in_use = pinned or version
            runs.move(session, held, now=now, stage=Stage.SCORE, version_id=in_use.id)
            messages = [(Stage.SCORE, (run.id,))]
    log.info(
        "retrained",
        run=str(run.id),
        version=version.number,
        labels=version.labels,
        reason=version.reason,
        seconds=(runtime.now() - (run.stage_at or now)).total_seconds(),
    )
    return messages


def _report(task: _Task, fitted: Fitted, compared: Compared | None) -> dict[str, Any]:
    """What the fit says, with the last cross-validation and what the gate found."""
    report = dict(fitted.report)
    if report["cross_validation"] is None and task.previous is not None:
        report |= {name: task.previous.report.get(name) for name in KEPT}
    judged = asdict(compared) if compared else None
    return report | {"gate": judged}
