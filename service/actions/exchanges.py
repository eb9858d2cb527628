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
    line = BOTH if runtime.has_one_writer else BATCHES
    do: Together[Ask | Post, Any] = partial(exchange_all, runtime, workspace_id, uid)
    view: BatchView = runtime.turns.together(
        (line, workspace_id, uid), ask, do, weight=ask.wish.size
    )
    return view


def record(runtime: Runtime, workspace_id: UUID, uid: UUID, post: Post) -> Recorded:
    """Record the labels of one request, with those of others who come at once."""
    line, every = (BOTH, exchange_all) if runtime.has_one_writer else (LABELS, posts.record_all)
    do: Together[Ask | Post, Any] = partial(every, runtime, workspace_id, uid)
    recorded: Recorded = runtime.turns.together(
        (line, workspace_id, uid), post, do, weight=len(post.new)
    )
    return recorded


def exchange_all(
    runtime: Runtime, workspace_id: UUID, uid: UUID, gather: Gather[Ask | Post]
) -> list[BatchView | Recorded | Exception]:
    """Record what is posted and then serve those who ask, each in the order of coming.

    Of the two, posts are first: what they close need not be looked at by who is served.
    """
    # Read before the transaction: on SQLite, writing is one at a time, and this need not wait.
    with runtime.readers() as session:
        desk = desks.get(session, workspace_id, uid)
    with runtime.sessions.begin() as session:
        session.connection()  # on SQLite it is this writer's turn from here on
        # Once, and not before that turn: an old one hides what expired.
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
