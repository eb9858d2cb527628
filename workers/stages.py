"""How a stage is entered, held, and left when it fails."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
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
from workers import patience
from workers.encoders.sentences import Missing

log = structlog.get_logger(__name__)

Message: TypeAlias = tuple[Stage, tuple[object, ...]]
Work: TypeAlias = Callable[[Runtime, Run], Sequence[Message]]
P = TypeVar("P", RunShard, Part, Replay)


class Superseded(Exception):
    """The stage is not this worker's any more: cancelled, taken over, or the project is gone."""


class Hopeless(Exception):
    """Another attempt would not do better; the message is the reason of the run's end."""


_RENEWALS = 3
"""Renewals of a lease in the time that it lasts."""


def attempt(runtime: Runtime, stage: Stage, run_id: UUID, work: Work) -> None:
    """Do a stage's work if the run is there for it; send what follows; retry if it fails."""
    lease = _lease(runtime)
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

    with _held(renew, lease):
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
    lease = _lease(runtime)
    with runtime.sessions.begin() as session:
        piece = pieces.enter(session, run_id, number, now=runtime.now(), lease=lease)
    if piece is None:
        return
    if piece.attempts > runtime.settings.run_attempts:
        _fail(runtime, run_id, f"{pieces.stage} was given up at shard {number}")
        return

    def renew() -> bool:
        with runtime.sessions.begin() as session:
            return pieces.renew(
                session, run_id, number, piece.attempts, now=runtime.now(), lease=lease
            )

    with _held(renew, lease):
        try:
            following = work(runtime, piece)
        except Superseded:
            return
        except (Hopeless, Missing) as error:
            _fail(runtime, run_id, str(error))
            return
        except Exception as error:  # the task boundary, as above
            log.exception("shard failed", run=str(run_id), shard=number, error=str(error))
            wake_at = runtime.now() + patience.pause(runtime.chance, piece.attempts, error)
            with runtime.sessions.begin() as session:
                pieces.let_go(session, run_id, number, piece.attempts, wake_at=wake_at)
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


def _lease(runtime: Runtime) -> timedelta:
    return timedelta(seconds=runtime.settings.run_lease_seconds)


@contextmanager
def _held(renew: Callable[[], bool], lease: timedelta) -> Iterator[None]:
    """Renew a lease from a thread of its own while the work goes on."""
    over = threading.Event()

    def keep_renewing() -> None:
        while not over.wait(lease.total_seconds() / _RENEWALS):
            try:
                if not renew():
                    return
            except Exception as error:  # the next turn may do better; else the lease lapses
                log.warning("lease not renewed", error=str(error))

    thread = threading.Thread(target=keep_renewing, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
