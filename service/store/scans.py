"""Full scans of a pool: how long one takes, and what the last one left for the next ranking."""

import math
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.runs import RunKind, RunState, Stage
from service.store import runs
from service.store.tables.learning import Ranking, Run
from service.store.tables.pool import Project


def rows_within(session: Session, project: Project, seconds: float) -> float | None:
    """How many rows are scored in such a time, judged by the last run that scored most of the pool;
    None if there is no such run."""
    query = (
        select(Run.scanned, Run.seconds)
        .where(
            Run.project_id == project.id,
            Run.state == RunState.DONE,
            2 * Run.scanned >= project.encoded,
        )
        .order_by(Run.created_at.desc())
        .limit(1)
    )
    for scanned, took in session.execute(query):
        if scanned and Stage.SCORE in took:
            return scanned * seconds / took[Stage.SCORE] if took[Stage.SCORE] else math.inf
    return None


def set_apart(session: Session, run: Run, share: float) -> None:
    """Count only a share of the time of a scan's stage as scoring, the rest as neighbours."""
    session.refresh(run, ["seconds"])
    both = run.seconds[Stage.SCORE]
    scoring = round(both * share, 4)
    run.seconds = run.seconds | {Stage.SCORE: scoring, "neighbours": round(both - scoring, 4)}


def last(session: Session, project: Project) -> Run | None:
    """The run that last scored all of the pool, as far as it is still kept."""
    ranking = session.get(Ranking, project.ranking_id) if project.ranking_id else None
    return session.get(Run, ranking.run_id) if ranking and ranking.run_id else None


def queue_up(session: Session, project: Project, *, at: datetime) -> Run | None:
    """Queue a full scan with the version in use behind a ranking of candidates."""
    run = runs.queue_up(session, project.id, RunKind.RESCAN, Stage.SCORE, at=at)
    if run is not None:
        run.version_id = project.version_id
    return run


def end(
    session: Session, run: Run, project: Project, *, reason: str | None, at: datetime
) -> Run | None:
    """End a full scan; answer the next one if its version is not in use any more.

    What it found then serves the ranking of candidates that is in use.
    """
    if not runs.move(session, run, now=at, state=RunState.DONE, reason=reason):
        return None
    ranking = session.get(Ranking, project.ranking_id) if project.ranking_id else None
    if ranking is None or ranking.candidates is None:
        return None
    ranking.run_id = run.id
    return queue_up(session, project, at=at)
