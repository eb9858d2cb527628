"""A run's list of shards, frozen with its rule: what is sent to be scored, or what comes first."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from service.domain.catalogue import Strategy
from service.domain.runs import RunKind, Stage
from service.runtime import Runtime
from service.store import rankings, run_shards, runs, scans, shards, watches
from service.store.tables.learning import Run
from service.store.tables.pool import Project
from workers import brought, neighbours, situations
from workers.learning import rules, strategies
from workers.learning.rules import Rule
from workers.situations import Counts
from workers.stages import Message

# A pool of so many shards may come to need candidates, whose neighbours are sought on the way:
# unless all of it is scored in so much of the time that a ranking may take.
MANY_SHARDS, WELL_IN_TIME = 32, 0.5
MOST_TOGETHER, LEAST_MESSAGES = 4, 2
"""A message and its transactions take as long as a shard does: so it names several, where that
leaves one for each process of this machine, and in any case one for another machine."""


def fan_out(
    session: Session, project: Project, run: Run, *, runtime: Runtime, labels: Counts | None
) -> Sequence[Message]:
    """Freeze the list of shards, and send them to be scored; or go for candidates first.

    The run is at the stage `score`; it and its project are locked, by `stages.hold`. One whose
    list was frozen before keeps it, and what is not scored yet is sent again.

    Args:
        labels: by `situations.counts`, from before the lock.
    """
    now = runtime.now()
    if run.shards == 0:
        in_time = scans.rows_within(session, project, runtime.settings.ranking_seconds)
        rule = _freeze(session, project, run, in_time, at=now, labels=labels)
        if _is_too_slow(run, rule, in_time):
            run_shards.unfreeze(session, run.id)
            run.shards = run.shards_left = 0
            run.scanned = None
            runs.move(session, run, now=now, stage=Stage.SAMPLE)
            return [(Stage.SAMPLE, (run.id,))]
    waiting = [each.number for each in run_shards.list_for(session, run.id) if not each.is_done]
    if not waiting:
        runs.move(session, run, now=now, stage=Stage.RANK)
        return [(Stage.RANK, (run.id,))]
    watches.leave_to_pieces(session, run.id)
    least = max(LEAST_MESSAGES, runtime.settings.workers)
    together = min(MOST_TOGETHER, max(1, len(waiting) // least))
    return [
        (Stage.SCORE, (run.id, *waiting[first : first + together]))
        for first in range(0, len(waiting), together)
    ]


def _freeze(
    session: Session,
    project: Project,
    run: Run,
    in_time: float | None,
    *,
    at: datetime,
    labels: Counts | None,
) -> Rule:
    frozen = shards.list_for(session, project.id)
    run_shards.freeze(session, run.id, frozen, at=at)
    run.version_id = run.version_id or brought.to_score(session, project)
    run.changes_seen = project.pool_changes
    rule = situations.rule_of(session, project, run, at=at, labels=labels)
    run.rule, run.scorer = rules.pack(rule), rule.scoring
    taken_over, rows = _take_over(session, project, run, rule)
    run.shards = len(frozen)
    if run.newest is None and _seeks_neighbours(project, run, in_time):
        run.newest = neighbours.newest(session, project)
    run.shards_left = len(frozen) - taken_over
    run.scanned = sum(shard.rows for shard in frozen) - rows
    session.flush()
    return rule


def _is_too_slow(run: Run, rule: Rule, in_time: float | None) -> bool:
    """Whether scoring would keep people waiting; a scan in the background may take its time.

    Args:
        in_time: how many rows a ranking may wait for, as far as that is known.
    """
    if run.kind == RunKind.RESCAN or rule.spread.is_of_all or rule.scorer == Strategy.RANDOM:
        return False
    return in_time is not None and (run.scanned or 0) > in_time


def _take_over(session: Session, project: Project, run: Run, rule: Rule) -> tuple[int, int]:
    """Take over what the last scan found where it would come out the same: shards and rows."""
    ranking = rankings.find(session, project.ranking_id)
    if ranking is None or ranking.run_id is None or rule.scorer in strategies.BY_CHANCE:
        return 0, 0
    before = session.get(Run, ranking.run_id)
    if before is None or (before.version_id, before.scorer) != (run.version_id, run.scorer):
        return 0, 0
    taken_over, rows = run_shards.take_over(session, run.id, before.id)
    if taken_over:
        run.newest = before.newest  # what is taken over is near to those
    return taken_over, rows


def _seeks_neighbours(project: Project, run: Run, in_time: float | None) -> bool:
    """Whether the next ranking may be one of candidates."""
    if not project.has_features or (run.kind != RunKind.RESCAN and run.shards < MANY_SHARDS):
        return False
    return in_time is None or project.encoded > WELL_IN_TIME * in_time
