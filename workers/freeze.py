"""A run's list of shards, frozen with its rule, and sent to be scored; or candidates come first."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from service.domain.catalogue import Strategy
from service.domain.runs import RunKind, Stage
from service.runtime import Runtime
from service.store import rankings, run_shards, runs, scans, shards, watches
from service.store.tables.learning import Run
from service.store.tables.pool import Project
from workers import brought, neighbours, situations, stages
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


def fan_out(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Freeze the list of shards, and send them to be scored; or go for candidates first."""
    now, labels = runtime.now(), situations.counts(runtime, run)
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        if held.shards == 0:
            in_time = scans.rows_within(session, project, runtime.settings.ranking_seconds)
            rule = _freeze(session, project, held, runtime, in_time, labels)
            if _is_too_slow(held, rule, in_time):
                run_shards.unfreeze(session, held.id)
                held.shards = held.shards_left = 0
                held.scanned = None
                runs.move(session, held, now=now, stage=Stage.SAMPLE)
                return [(Stage.SAMPLE, (run.id,))]
        waiting = [each for each in run_shards.list_for(session, held.id) if not each.is_done]
        numbers = [each.number for each in waiting]
        if not numbers:
            runs.move(session, held, now=now, stage=Stage.RANK)
            return [(Stage.RANK, (run.id,))]
        watches.leave_to_pieces(session, held.id)
    least = max(LEAST_MESSAGES, runtime.settings.workers)
    together = min(MOST_TOGETHER, max(1, len(numbers) // least))
    return [
        (Stage.SCORE, (run.id, *numbers[first : first + together]))
        for first in range(0, len(numbers), together)
    ]


def _freeze(
    session: Session,
    project: Project,
    run: Run,
    runtime: Runtime,
    in_time: float | None,
    labels: Counts | None,
) -> Rule:
    frozen = shards.list_for(session, project.id)
    run_shards.freeze(session, run.id, frozen, at=runtime.now())
    run.version_id = run.version_id or brought.to_score(session, project)
    run.changes_seen = project.pool_changes
    rule = situations.rule_of(session, project, run, at=runtime.now(), labels=labels)
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
