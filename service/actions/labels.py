"""Labels: recorded for good before they are acknowledged, superseded, retracted, listed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.actions import answers, receipts
from service.actions.access import Caller
from service.actions.answers import Answer
from service.domain.catalogue import Role
from service.domain.requests import NewLabel
from service.errors import Fault, Unacceptable
from service.runtime import Runtime
from service.store import cycles, labels, projects, standings
from service.store.standings import Standing
from service.store.tables.labelling import Label
from service.store.tables.learning import Run
from service.store.tables.pool import Project

_STRETCH = 1000


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What became of the labels sent, and the cycle that they start if they do."""

    recorded: int
    unchanged: int
    run: Run | None


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

    Raises:
        Unacceptable: an item or a class is not known.
    """
    with runtime.turns.of(uid), runtime.sessions.begin() as session:
        now = runtime.now()
        project = projects.get(session, caller.workspace_id, uid, lock=True)
        known = standings.lock_many(session, project.id, {label.key for label in new})
        _check(project, known, new)
        classes = {name: index for index, name in enumerate(project.classes)}
        wanted = [
            Answer(
                position=known[label.key].position,
                annotator=label.annotator,
                value=None if label.value is None else classes[label.value],
                prediction_shown=label.prediction_shown,
            )
            for label in new
        ]
        with session.no_autoflush:  # else the project is written as often as a count of it changes
            recorded = answers.apply(session, project, known.values(), wanted, at=now)
        run = cycles.queue_if_due(session, project, at=now) if recorded else None
        answer = Recorded(recorded=recorded, unchanged=len(new) - recorded, run=run)
        receipts.keep(session, caller, answer, at=now)
    if any(label.value is None for label in new):  # a skip gives the item back
        runtime.heads.look_again(project.id)
    if run is not None:  # committed, so a worker can find it
        runtime.queue.start(run.stage, run.id)
    return answer


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
    with runtime.readers() as session:
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


def _check(project: Project, known: Mapping[str, Standing], new: Sequence[NewLabel]) -> None:
    faults = []
    for index, label in enumerate(new):
        if label.key not in known:
            detail = f"there is no item {label.key!r} in this project"
            faults.append(Fault(f"/labels/{index}/key", detail))
        if label.value is not None and label.value not in project.classes:
            detail = f"{label.value!r} is not one of the classes: {', '.join(project.classes)}"
            faults.append(Fault(f"/labels/{index}/value", detail))
    if faults:
        raise Unacceptable("no label was stored: some are not acceptable", faults=faults)
