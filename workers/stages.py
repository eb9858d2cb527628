"""How a stage is entered, held, and left when it fails."""

from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from service.domain.runs import RunKind, RunState, Stage
from service.runtime import Runtime
from service.store import cycles, projects, runs
from service.store.pieces import Pieces
from service.store.tables.learning import Run, RunShard
from service.store.tables.pool import Project
from service.store.tables.simulations import Replay
from service.store.tables.uploads import Part
from workers import holding, patience
from workers.encoders.sentences import Missing

log = structlog.get_logger(__name__)

Message: TypeAlias = tuple[Stage, tuple[object, ...]]
Work: TypeAlias = Callable[[Runtime, Run], Sequence[Message]]
P = TypeVar("P", RunShard, Part, Replay)


class Superseded(Exception):
    """The stage is not this worker's any more: cancelled, taken over, or the project is gone."""


class Hopeless(Exception):
    """Another attempt would not do better; the message is the reason of the run's end."""


def attempt(runtime: Runtime, stage: Stage, run_id: UUID, work: Work) -> None:
    """Do a stage's work if the run is there for it; send what follows; retry if it fails."""
    lease = holding.lease(runtime)
    with runtime.sessions.begin() as session:
        run = runs.enter(session, run_id, stage, now=runtime.now(), lease=lease)
    if run is None:
        return
    if run.attempts > runtime.settings.run_attempts:
        _fail(runtime, run.id, f"{stage} was given up: {run.reason or 'its workers died'}")
        return

    def renew() -> bool:
        with runtime.sessions.begin() as session:
            return runs.renew(session, run_id, run.fence, now=runtime.now(), lease=lease)

    with holding.held(renew, lease):
        try:
            following = work(runtime, run)
        except Superseded:
            _leave(runtime, run)
            return
        except (Hopeless, Missing) as error:
            _fail(runtime, run.id, str(error))
            return
        except Exception as error:  # the task boundary: a failed stage is tried again
            _let_go(runtime, run, error)
            return
    send(runtime, following)


def attempt_piece(
    runtime: Runtime,
    pieces: Pieces[P],
    run_id: UUID,
    number: int,
    work: Callable[[Runtime, P], Sequence[Message]],
) -> None:
    """Do a piece of a stage if it is still to be done; send what follows; retry if it fails."""
    attempt_pieces(runtime, pieces, run_id, [number], lambda its, piece: work(its, *piece))


def attempt_pieces(
    runtime: Runtime,
    pieces: Pieces[P],
    run_id: UUID,
    numbers: Sequence[int],
    work: Callable[[Runtime, Sequence[P]], Sequence[Message]],
) -> None:
    """Do those pieces of a stage that are still to be done, as `attempt_piece` does one.

    If one fails, each is tried again by itself.
    """
    lease = holding.lease(runtime)
    with runtime.sessions.begin() as session:
        entered = pieces.enter_all(session, run_id, numbers, now=runtime.now(), lease=lease)
    if not entered:
        return
    worn_out = [each for each in entered if each.attempts > runtime.settings.run_attempts]
    if worn_out:
        _fail(runtime, run_id, f"{pieces.stage} was given up at shard {worn_out[0].number}")
        return

    def renew() -> bool:
        now = runtime.now()
        with runtime.sessions.begin() as session:
            held = [
                pieces.renew(session, run_id, each.number, each.attempts, now=now, lease=lease)
                for each in entered
            ]
        return any(held)

    with holding.held(renew, lease):
        try:
            following = work(runtime, entered)
        except Superseded:
            return
        except (Hopeless, Missing) as error:
            _fail(runtime, run_id, str(error))
            return
        except Exception as error:  # the task boundary, as above
            shards = [each.number for each in entered]
            log.exception("shard failed", run=str(run_id), shards=shards, error=str(error))
            wake_at = runtime.now() + patience.pause(runtime.chance, entered[0].attempts, error)
            with runtime.sessions.begin() as session:
                for each in entered:
                    pieces.let_go(session, run_id, each.number, each.attempts, wake_at=wake_at)
            return
    send(runtime, following)


def messages(*queued: Run | None) -> list[Message]:
    """Messages that start the runs that there are."""
    return [(each.stage, (each.id,)) for each in queued if each is not None]


def send(runtime: Runtime, following: Sequence[Message]) -> None:
    """Send messages; a lost one is sent again by the sweep."""
    for stage, ids in following:
        runtime.queue.start(stage, *ids)


def hold(session: Session, run: Run) -> tuple[Project, Run]:
    """Lock the project and the run, in this order, to save what a stage has made.

    Raises:
        Superseded: the run is not under this fence any more, or the project is gone.
    """
    project = projects.find_live(session, run.project_id, lock=True)
    held = runs.find_held(session, run.id, run.fence)
    if project is None or held is None:
        raise Superseded
    return project, held


def _leave(runtime: Runtime, run: Run) -> None:
    """Cancel the run if its project is gone; else it is another worker's, or over."""
    log.info("superseded", run=str(run.id), stage=str(run.stage))
    reason = "the project was deleted"
    with runtime.sessions.begin() as session:
        if projects.find_live(session, run.project_id) is None:
            runs.stop(session, run.id, RunState.CANCELLED, now=runtime.now(), reason=reason)


def _let_go(runtime: Runtime, run: Run, error: Exception) -> None:
    log.exception("stage failed", run=str(run.id), stage=str(run.stage), error=str(error))
    reason = f"{type(error).__name__}: {error}"
    if run.attempts >= runtime.settings.run_attempts:
        _fail(runtime, run.id, f"{run.stage} failed {run.attempts} times: {reason}")
        return
    wake_at = runtime.now() + patience.pause(runtime.chance, run.attempts, error)
    with runtime.sessions.begin() as session:
        runs.let_go(session, run.id, run.fence, wake_at=wake_at, reason=reason)


def _fail(runtime: Runtime, run_id: UUID, reason: str) -> None:
    log.error("run failed", run=str(run_id), reason=reason)
    follow_up = None
    now = runtime.now()
    with runtime.sessions.begin() as session:
        run = session.get_one(Run, run_id)
        project = projects.find_live(session, run.project_id, lock=True)
        if project is not None:
            session.refresh(run)
            follow_up = cycles.fail(session, run, project, at=now, reason=reason)
    send(runtime, messages(follow_up))
    if run.kind == RunKind.INGEST:
        send(runtime, [(Stage.UNDO, (run_id,))])
