"""Labels: recorded for good before they are acknowledged, superseded, retracted, listed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.actions import answers, exchanges, receipts
from service.actions.access import Caller
from service.actions.posts import Post, Recorded
from service.domain.catalogue import Role
from service.domain.requests import NewLabel
from service.runtime import Runtime
from service.store import cycles, labels, projects
from service.store.tables.labelling import Label

_STRETCH = 1000


@dataclass(frozen=True, kw_only=True)
class LabelView:
    """A label in the client's words."""

    id: UUID
    key: str
    value: str | None
    skip: bool
    annotator: str
    at: datetime
    batch: UUID | None
    reason: str | None


def record(runtime: Runtime, caller: Caller, uid: UUID, new: Sequence[NewLabel]) -> Recorded:
    """Record labels, all or none; a new cycle starts once enough have come in.

    Requests for one project that come at once share a transaction; each is answered for itself.

    Raises:
        Unacceptable: an item or a class is not known.
    """
    post = Post(caller=receipts.sealed(caller), new=new)
    return exchanges.record(runtime, caller.workspace_id, uid, post)


def retract(runtime: Runtime, caller: Caller, uid: UUID, label_id: UUID) -> None:
    """Take a label back; it stays in the history."""
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project = projects.get(session, caller.workspace_id, uid, lock=True)
        label = labels.get(session, project.id, label_id)
        answers.withdraw(session, project, label, at=now)
        run = cycles.queue_if_due(session, project, at=now)
    runtime.heads.look_again(project.id)
    if run is not None:
        runtime.queue.start(run.stage, run.id)


def list_page(
    runtime: Runtime,
    caller: Caller,
    uid: UUID,
    *,
    train_only: bool,
    after: int | None,
    limit: int,
) -> tuple[list[LabelView], int | None]:
    """Current labels, oldest first, and the number to go on from if there may be more."""
    with runtime.snapshots() as session:
        project = projects.get(session, caller.workspace_id, uid)
        rows = labels.list_for(session, project, train_only=train_only, after=after, limit=limit)
        views = [view(label, key, project.classes, caller) for label, key in rows]
        return views, rows[-1][0].number if len(rows) == limit else None


def export(
    runtime: Runtime, caller: Caller, uid: UUID, *, train_only: bool
) -> Iterator[list[LabelView]]:
    """All current labels, a stretch at a time."""
    after: int | None = None
    while True:
        stretch, after = list_page(
            runtime, caller, uid, train_only=train_only, after=after, limit=_STRETCH
        )
        if stretch:
            yield stretch
        if after is None:
            return


def view(label: Label, key: str, classes: Sequence[str], caller: Caller) -> LabelView:
    """What the caller sees of a label; why an item was served is for managers."""
    is_manager = caller.role.covers(Role.MANAGER)
    return LabelView(
        id=label.id,
        key=key,
        value=None if label.value is None else classes[label.value],
        skip=label.value is None,
        annotator=label.annotator,
        at=label.at,
        batch=label.batch_id,
        reason=label.reason if is_manager else None,
    )
