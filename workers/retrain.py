"""Labels into a fitted version that the gate lets through, or held with a reason."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import structlog
from sqlalchemy.orm import Session

from service.domain.runs import RunState, Stage
from service.runtime import Runtime
from service.store import cycles, projects, reports, runs, shards, training, versions
from service.store.tables.learning import Run, Version
from service.store.tables.pool import Project, Shard
from workers import agreeing, drawing, fanout, gate, situations, stages
from workers.agreeing import Agreed
from workers.encoders import inputs
from workers.gate import Evidence
from workers.learning import estimators, safeguards, specs
from workers.learning.safeguards import Compared
from workers.learning.specs import EstimatorSpec
from workers.learning.versions import Fitted
from workers.pool import features, measured, models
from workers.stages import Message, Superseded

log = structlog.get_logger(__name__)

# What the last cross-validation found, until there is another.
KEPT = ("cross_validation", "candidates")


@dataclass(frozen=True, kw_only=True)
class _Task:
    """All that a fit needs, as it was at one moment."""

    project: Project
    shards: Sequence[Shard]
    previous: Version | None
    """The version before, if it was fitted for the same and is worth going on from."""
    evidence: Evidence | None
    rows: Sequence[training.Row]
    """Every label to train on."""


def run(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Fit a version on the labels of this moment."""
    task = _load(runtime, run)
    classes = task.project.classes
    agreed = _agreed(runtime, task)
    counts = np.bincount(agreed.labels, minlength=len(classes)).tolist()
    verdict = safeguards.trainable(counts, classes)
    if not verdict.passed:
        return _hold(runtime, run, verdict.reason)
    fitted = _fit(runtime, task, agreed)
    compared = gate.judge(runtime, fitted, task.evidence, task.shards) if task.evidence else None
    return _save(runtime, run, task, agreed, fitted, compared)


def _load(runtime: Runtime, run: Run) -> _Task:
    with runtime.sessions.begin() as session:
        locked, held = stages.hold(session, run)
        cycles.look_at_labels(held, locked)
    # Nobody who labels waits for this. What comes in between is trained on, and counts as unseen.
    with runtime.snapshots() as session:
        project = projects.find_live(session, run.project_id)
        if project is None:
            raise Superseded
        return _Task(
            project=project,
            shards=shards.list_for(session, project.id),
            previous=_previous(session, project),
            evidence=gate.evidence(session, project),
            rows=training.rows(session, project),
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


def _agreed(runtime: Runtime, task: _Task) -> Agreed:
    """One label an item; by the estimator that was chosen last, if versions have a say."""
    wanted = _wanted(task.project).named
    chosen = task.previous.report.get("chosen", wanted) if task.previous else wanted
    return agreeing.settle(runtime, task.project, task.shards, task.rows, estimator=chosen)


def _fit(runtime: Runtime, task: _Task, agreed: Agreed) -> Fitted:
    project = task.project
    before = task.previous.report if task.previous else {}
    is_due = estimators.is_due(before, len(agreed.labels))
    chance = [project.seed, project.version_count]
    return estimators.fit(
        _wanted(project),
        features.take(runtime.blobs, task.shards, agreed.positions),
        agreed.labels,
        classes=len(project.classes),
        moments=measured.read(runtime.blobs, task.shards),
        rng=np.random.default_rng(chance),
        previous=before,
        cross_validate=is_due,
        pool=drawing.sample(runtime, task.shards, chance) if is_due else None,
        presumed=drawing.unseen(runtime, project, task.shards, chance),
        seconds=runtime.settings.ranking_seconds,
    )


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
    runtime: Runtime,
    run: Run,
    task: _Task,
    agreed: Agreed,
    fitted: Fitted,
    compared: Compared | None,
) -> Sequence[Message]:
    model = models.put(runtime.blobs, fitted)
    labels = situations.counts(runtime, run)
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        version = versions.add(
            session,
            project,
            estimator=fitted.report["chosen"],
            report=_report(task, fitted, compared),
            classes=task.project.classes,
            labels=len(agreed.labels),
            model=model,
            held_out=agreed.held_out,
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
            session.refresh(held)
            # In one transaction: a message of its own would cost every round ten milliseconds.
            messages = fanout.fan_out(session, project, held, runtime=runtime, labels=labels)
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
