"""Batches that go and labels that come, at once: who shares a transaction with whom.

On PostgreSQL those who ask go together, and beside them those who post, who each wait for the
project's row. Where writers come one after the other, the two would only wait for each other:
there both go together, and what a transaction costs is paid once.
"""

from functools import partial
from typing import Any
from uuid import UUID

from service.actions import hand_outs, posts
from service.actions.batch_views import BatchView
from service.actions.hand_outs import Ask
from service.actions.posts import Post, Recorded
from service.runtime import Runtime
from service.store import counts, desks
from service.turns import Gather, Together

LINES = BATCHES, LABELS, BOTH = "batches", "labels", "both"
"""Names of the lines that people stand in, by project."""


def hand_out(runtime: Runtime, workspace_id: UUID, uid: UUID, ask: Ask) -> BatchView:
    """Lease the next items of a project to one who asks, with others who come at once."""
    size = ask.wish.size
    if runtime.has_one_writer:
        view: BatchView = _both(runtime, workspace_id, uid, ask, size)
        return view
    do = partial(hand_outs.hand_out_all, runtime, workspace_id, uid)
    return runtime.turns.together((BATCHES, workspace_id, uid), ask, do, weight=size)


def record(runtime: Runtime, workspace_id: UUID, uid: UUID, post: Post) -> Recorded:
    """Record the labels of one request, with those of others who come at once."""
    size = len(post.new)
    if runtime.has_one_writer:
        recorded: Recorded = _both(runtime, workspace_id, uid, post, size)
        return recorded
    do = partial(posts.record_all, runtime, workspace_id, uid)
    return runtime.turns.together((LABELS, workspace_id, uid), post, do, weight=size)


def _both(runtime: Runtime, workspace_id: UUID, uid: UUID, wish: Ask | Post, size: int) -> Any:
    do: Together[Ask | Post, Any] = partial(exchange_all, runtime, workspace_id, uid)
    return runtime.turns.together((BOTH, workspace_id, uid), wish, do, weight=size)


def exchange_all(
    runtime: Runtime, workspace_id: UUID, uid: UUID, gather: Gather[Ask | Post]
) -> list[BatchView | Recorded | Exception]:
    """Record what is posted and then serve those who ask, each in the order of coming.

    Of the two, posts are first: what they close need not be looked at by who is served.
    """
    with runtime.readers() as session:
        desk = desks.get(session, workspace_id, uid)
    with runtime.sessions.begin() as session:
        session.connection()  # from here on it is this writer's turn
        wishes, now = gather(), runtime.now()
        sent = [each for each in wishes if isinstance(each, Post)]
        asks = [each for each in wishes if isinstance(each, Ask)]
        done = None
        if sent:
            project = counts.lock(session, workspace_id, uid)
            done = posts.record(session, project, sent, at=now)
        views = iter(hand_outs.hand_out(runtime, session, desk, asks, now))
    recorded = iter(done.outcomes if done else [])
    if done:
        done.follow_up(runtime)
    return [next(recorded) if isinstance(each, Post) else next(views) for each in wishes]
