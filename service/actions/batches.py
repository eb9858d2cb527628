"""Batches: items handed out under a lease, renewed, given back."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from service.actions import receipts
from service.actions.access import Caller
from service.actions.batch_views import BatchView, Showing
from service.actions.picks import Pick
from service.actions.serving import Counter
from service.domain.catalogue import Role
from service.domain.requests import Wish
from service.errors import Conflict, Forbidden
from service.runtime import Runtime
from service.store import batches, desks, leases, projects
from service.store.candidates import Asking
from service.store.desks import Desk
from service.store.tables.labelling import Batch
from service.store.tables.pool import Project


def hand_out(
    runtime: Runtime, caller: Caller, uid: UUID, wish: Wish, *, explain: bool = False
) -> BatchView:
    """Lease the next items to an annotator.

    Raises:
        Forbidden: an explanation is for managers.
    """
    if explain:
        caller.require(Role.MANAGER)
    # Read before the transaction: on SQLite, writing is one at a time, and this need not wait.
    with runtime.readers() as session:
        desk = desks.get(session, caller.workspace_id, uid)
    with runtime.sessions.begin() as session:
        # Once, and not before this writer's turn: an old one hides what expired.
        now = runtime.now()
        shown = Showing(runtime=runtime, session=session, desk=desk, now=now, explain=explain)
        open_batch = None
        if wish.resume:
            open_batch = batches.find_open(session, desk.project.id, wish.annotator, now=now)
        if open_batch is not None:
            answer = shown.held(open_batch)
        else:
            batch, picks = _serve(runtime, session, desk, wish, now)
            answer = shown.new(batch, picks)
        receipts.keep(session, caller, answer, at=now)
    return answer


def renew(
    runtime: Runtime,
    caller: Caller,
    uid: UUID,
    batch_id: UUID,
    *,
    token: str | None,
    lease_seconds: int | None,
) -> Batch:
    """Prolong the leases of a batch, from now.

    Raises:
        Forbidden: the lease token is not the batch's.
        Conflict: nothing of the batch is held any more.
    """
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project = projects.get(session, caller.workspace_id, uid)
        batch = _owned(session, project, batch_id, token)
        until = now + timedelta(seconds=lease_seconds or project.lease_seconds)
        if not leases.renew(session, batch.id, until=until, now=now):
            raise Conflict("nothing of this batch is held any more: it expired or is finished")
        batch.expires_at = until
    return batch


def release(
    runtime: Runtime, caller: Caller, uid: UUID, batch_id: UUID, *, token: str | None
) -> None:
    """Give back what is not labelled yet.

    Raises:
        Forbidden: the lease token is not the batch's.
        Conflict: the leases have expired.
    """
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project = projects.get(session, caller.workspace_id, uid)
        batch = _owned(session, project, batch_id, token)
        if batch.expires_at <= now:
            raise Conflict("the leases of this batch have expired already")
        leases.release(session, batch.id, now=now)
    runtime.heads.look_again(project.id)


def _owned(session: Session, project: Project, batch_id: UUID, token: str | None) -> Batch:
    batch = batches.get(session, project.id, batch_id)
    if token is None or not secrets.compare_digest(token.encode(), batch.token.encode()):
        raise Forbidden("the header Lease-Token must carry the token of this batch's lease")
    return batch


def new(session: Session, desk: Desk, wish: Wish, *, at: datetime) -> Batch:
    """Add a batch that holds nothing yet."""
    return batches.add(
        session,
        id=uuid4(),
        project_id=desk.project.id,
        annotator=wish.annotator,
        token=secrets.token_urlsafe(24),
        size=wish.size,
        ranking_id=desk.project.ranking_id,
        created_at=at,
        expires_at=at + timedelta(seconds=desk.project.lease_seconds),
    )


def log(session: Session, picks: Sequence[Pick], batch: Batch, desk: Desk) -> None:
    """Write down what a batch holds, with why."""
    same: dict[str, Any] = {
        "project_id": batch.project_id,
        "batch_id": batch.id,
        "annotator": batch.annotator,
        "version": desk.version,
        "ranking": desk.ranking.number if desk.ranking else None,
        "at": batch.created_at,
    }
    columns: dict[str, list[Any]] = {
        "position": [pick.candidate.position for pick in picks],
        "place": list(range(1, len(picks) + 1)),
        "reason": [str(pick.reason) for pick in picks],
        "strategy": [pick.strategy for pick in picks],
        "score": [pick.score for pick in picks],
        "probability": [pick.probability for pick in picks],
    }
    if picks:
        batches.log(session, same, columns)


def _serve(
    runtime: Runtime, session: Session, desk: Desk, wish: Wish, now: datetime
) -> tuple[Batch, list[Pick]]:
    project, ranking = desk.project, desk.ranking
    batch = new(session, desk, wish, at=now)
    if ranking is None:
        return batch, []
    asking = Asking(project=project, annotator=wish.annotator, now=now)
    counter = Counter(runtime=runtime, session=session, asking=asking, ranking=ranking, batch=batch)
    picks = counter.pick(wish.size)
    log(session, picks, batch, desk)
    return batch, picks
