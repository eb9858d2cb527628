"""Items looked for: by words in what they hold, or by likeness to another one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import BoundedSemaphore
from typing import Any
from uuid import UUID

from service.actions import items as views
from service.actions import questions
from service.actions.access import Caller
from service.actions.items import ItemView
from service.domain.items import STATES
from service.domain.requests import Search
from service.errors import Fault, Unacceptable
from service.runtime import Runtime
from service.store import items, projects, searches
from service.store.tables.pool import Project

STRETCH = 5_000
"""Positions looked through at once."""
LONGEST = timedelta(seconds=2)
"""How long a page is looked for, whatever was found by then."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """Items that were found, and the position that the search goes on behind, if it does."""

    items: Sequence[ItemView]
    after: int | None


def find(
    runtime: Runtime, caller: Caller, uid: UUID, search: Search, *, waiting: BoundedSemaphore
) -> Found:
    """A page of the items that are looked for.

    Raises:
        NotFound: there is no item to be near to.
        Unacceptable: it has no features, or none yet.
        Unavailable: a worker was to look, and too many wait or none answered in time.
    """
    if search.near is not None:
        return _near(runtime, caller, uid, search, search.near, waiting)
    if search.query:
        return _by_words(runtime, caller, uid, search)
    page = views.list_page(
        runtime, caller, uid, state=search.state, after=search.after, limit=search.limit
    )
    return Found(items=page, after=page[-1].row.position if len(page) == search.limit else None)


def _by_words(runtime: Runtime, caller: Caller, uid: UUID, search: Search) -> Found:
    """Items that hold all words, in order of registration.

    Items of the audit reserve are found like all others: that they were not would tell which they
    are. A label that somebody gives one is theirs, and trains nothing, as any label on it.
    """
    began = now = runtime.now()
    at = 0 if search.after is None else search.after + 1
    with runtime.readers() as session:
        project = projects.get(session, caller.workspace_id, uid)
        rows: list[Any] = []
        while at < project.next_position and len(rows) < search.limit and now - began < LONGEST:
            rows += searches.among(
                session,
                project,
                search.query,
                state=search.state,
                first=at,
                end=at + STRETCH,
                limit=search.limit - len(rows),
                now=began,
            )
            at += STRETCH
            now = runtime.now()
        found = views.shown(session, project, rows, now=began)
    if len(rows) == search.limit:
        return Found(items=found, after=rows[-1].position)
    return Found(items=found, after=at - 1 if at < project.next_position else None)


def _near(
    runtime: Runtime,
    caller: Caller,
    uid: UUID,
    search: Search,
    key: str,
    waiting: BoundedSemaphore,
) -> Found:
    """Items most like one, by the cosine between their features, best first; a worker looks."""
    with runtime.readers() as session:
        project = projects.get(session, caller.workspace_id, uid)
        item = items.get(session, project.id, key)
        _check(project, item.position)
    question = {"project_id": project.id, "near": item.position, "state": search.state}
    question |= {"limit": search.limit}
    answer = questions.ask(runtime, question, waiting=waiting)
    likeness: dict[int, float] = dict(answer["near"])
    now = runtime.now()
    with runtime.readers() as session:
        rows = items.at_positions(session, project.id, list(likeness))
        there = [rows[at] for at in likeness if at in rows]
        found = views.shown(session, project, there, now=now)
    is_wanted = {search.state} if search.state else set(STATES)
    # What has changed since the worker looked is left out.
    kept = [view for view in found if view.state in is_wanted]
    alike = [replace(view, similarity=likeness[view.row.position]) for view in kept]
    return Found(items=alike, after=None)


def _check(project: Project, position: int) -> None:
    detail = None
    if not project.has_features:
        detail = "has no features to compare: items of this project bring none"
    elif position >= project.encoded:
        detail = "is not encoded yet; ask again in a moment"
    if detail:
        raise Unacceptable("nothing can be said to be near", faults=[Fault("/near", detail)])
