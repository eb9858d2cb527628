"""Batches: items handed out under a lease, renewed, given back."""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from service.actions import exchanges, receipts
from service.actions.access import Caller
from service.actions.batch_views import BatchView
from service.actions.hand_outs import Ask
from service.domain.catalogue import Role
from service.domain.requests import Wish
from service.errors import Conflict, Forbidden
from service.runtime import Runtime
from service.store import batches, leases, projects
from service.store.tables.labelling import Batch
from service.store.tables.pool import Project


def hand_out(
    runtime: Runtime, caller: Caller, uid: UUID, wish: Wish, *, explain: bool = False
) -> BatchView:
    """Lease the next items to an annotator.

    Requests for one project that come at once share a transaction.

    Raises:
        Forbidden: an explanation is for managers.
    """
    if explain:
        caller.require(Role.MANAGER)
    ask = Ask(caller=receipts.sealed(caller), wish=wish, explain=explain)
    return exchanges.hand_out(runtime, caller.workspace_id, uid, ask)


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
