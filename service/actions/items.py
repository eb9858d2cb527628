"""Items: registered once under the client's key, read with their history, deleted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service.actions import contents, predictions, receipts, registration
from service.actions.access import Caller
from service.actions.predictions import PredictionView
from service.domain.catalogue import InputType, Role
from service.domain.contents import NewItem
from service.domain.items import ItemState
from service.domain.runs import RunKind, Stage
from service.runtime import Runtime
from service.store import arrivals, batches, cycles, items, labels, leases, projects, runs
from service.store.tables.labelling import Label, Selection
from service.store.tables.pool import Item, Project


@dataclass(frozen=True, kw_only=True)
class Registered:
    """What became of the items sent."""

    registered: int
    unchanged: int


@dataclass(frozen=True, kw_only=True)
class ItemView:
    """An item and what is known of it: more of it where one item was asked for."""

    row: Item
    state: str
    text: str | None = None
    similarity: float | None = None
    """Cosine to the item that others were sought near to."""
    labels: Sequence[tuple[Label, str]] = ()
    history: Sequence[Selection] = ()
    prediction: PredictionView | None = None
    classes: Sequence[str] = ()


def register(runtime: Runtime, caller: Caller, uid: UUID, new: Sequence[NewItem]) -> Registered:
    """Register items, all or none; they can be handed out at once.

    Raises:
        Conflict: a key is taken by other content.
    """
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project = projects.get(session, caller.workspace_id, uid, lock=True)
        contents.check(project, new)
        fresh = registration.without_known(session, project, new)
        run = None
        if fresh:
            registration.add(session, project, fresh, at=now)
            run = runs.queue_up(session, project.id, RunKind.ENCODE, Stage.ENCODE, at=now)
        answer = Registered(registered=len(fresh), unchanged=len(new) - len(fresh))
        receipts.keep(session, caller, answer, at=now)
    if run is not None:
        runtime.queue.start(run.stage, run.id)
    return answer


def read(runtime: Runtime, caller: Caller, uid: UUID, key: str) -> ItemView:
    """Get an item; managers also see its prediction and when and why it was served."""
    now = runtime.now()
    with runtime.snapshots() as session:
        project = projects.get(session, caller.workspace_id, uid)
        item = items.get(session, project.id, key)
        view = ItemView(
            row=item,
            state=_state(session, item, now),
            text=items.texts(session, project.id, [item.position]).get(item.position),
            labels=labels.list_for(
                session, project, train_only=False, after=None, limit=1000, position=item.position
            ),
            classes=project.classes,
        )
        if not caller.role.covers(Role.MANAGER):
            return view
        history = batches.list_for_item(session, project.id, item.position, limit=1000)
        return ItemView(
            **vars(view)
            | {
                "history": history,
                "prediction": predictions.of_item(runtime, session, project, item.position),
            }
        )


def list_page(
    runtime: Runtime,
    caller: Caller,
    uid: UUID,
    *,
    state: str | None,
    after: int | None,
    limit: int,
) -> list[ItemView]:
    """Items in order of registration."""
    now = runtime.now()
    with runtime.readers() as session:
        project = projects.get(session, caller.workspace_id, uid)
        rows = items.list_for(session, project.id, state=state, after=after, limit=limit, now=now)
        return _stated(session, project, rows, now)


def shown(
    session: Session, project: Project, rows: Sequence[Item], *, now: datetime
) -> list[ItemView]:
    """Items as a search shows them: with their texts, so that people can tell what was found."""
    views = _stated(session, project, rows, now)
    if project.input_type != InputType.TEXT:
        return views
    texts = items.texts(session, project.id, [row.position for row in rows])
    return [replace(view, text=texts.get(view.row.position)) for view in views]


def delete(runtime: Runtime, caller: Caller, uid: UUID, key: str) -> None:
    """Delete an item: nobody is asked about it again, and its labels train nothing."""
    caller.require(Role.MANAGER)
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project = projects.get(session, caller.workspace_id, uid, lock=True)
        item = items.get(session, project.id, key, lock=True)
        arrivals.take_away(session, project, item, at=now)
        leases.close_all_open(session, project.id, [item.position])
        run = cycles.queue_if_due(session, project, at=now)
    if run is not None:
        runtime.queue.start(run.stage, run.id)


def _stated(
    session: Session, project: Project, rows: Sequence[Item], now: datetime
) -> list[ItemView]:
    held = items.leased_among(session, project.id, [row.position for row in rows], now=now)
    return [ItemView(row=row, state=_word(row, is_leased=row.position in held)) for row in rows]


def _state(session: Session, item: Item, now: datetime) -> str:
    held = items.leased_among(session, item.project_id, [item.position], now=now)
    return _word(item, is_leased=bool(held))


def _word(item: Item, *, is_leased: bool) -> str:
    if item.state == ItemState.OPEN:
        return "leased" if is_leased else "unlabelled"
    return str(item.state)
