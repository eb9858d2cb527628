"""The ways down each order: where its rows are read, and what this process knows of it."""

from collections.abc import Sequence
from functools import partial

from service.actions.shelf import Shelf
from service.actions.walking import Walk
from service.domain.catalogue import Asked
from service.domain.orders import Order
from service.heads import Head
from service.runtime import Runtime
from service.store import audit_order, coverings, rankings, rechecks, spots
from service.store.candidates import Asking
from service.store.places import Row
from service.store.tables.learning import Ranking

_ROWS = 500
"""Rows of a ranking read at once."""
_RESERVED = 100
"""Rows of the audit reserve read at once."""
_RECHECKS = {Asked.DOUBT: Order.DOUBT, Asked.BLIND_REPEAT: Order.BLIND_REPEAT}


def down_ranking(runtime: Runtime, shelf: Shelf, asking: Asking, ranking: Ranking) -> Walk:
    """Down a ranking, whose rows are followed by what its blobs hold."""

    session = shelf.session

    def rows_after(read: int) -> Sequence[Row]:
        rows = rankings.next_rows(session, ranking.id, after=read, limit=_ROWS)
        if rows:
            return rows
        kept = rankings.find(session, ranking.id)
        if kept is None or not rankings.refill(session, runtime.blobs, kept):
            return []
        return rankings.next_rows(session, ranking.id, after=read, limit=_ROWS)

    head = _head(runtime, asking, ranking, Order.RANKING)
    return Walk(shelf=shelf, asking=asking, head=head, rows_after=rows_after)


def down_coverage(runtime: Runtime, shelf: Shelf, asking: Asking, ranking: Ranking) -> Walk:
    """Down the coverage order beside a ranking; scores are probabilities.

    It is written behind the ranking: until then, that of the one before goes on.
    """
    head = _head(runtime, asking, ranking, Order.COVERAGE)
    if head.earlier is not None and head.has_more(asking.now):
        head.go_on(coverings.next_rows(shelf.session, ranking.id, 0), asking.now)
    used = head.earlier or head
    rows_after = partial(coverings.next_rows, shelf.session, used.ranking_id)
    return Walk(shelf=shelf, asking=asking, head=used, rows_after=rows_after)


def down_reserve(runtime: Runtime, shelf: Shelf, asking: Asking) -> Walk:
    """Down the audit order as it was within the last second."""
    project = asking.project
    # Grows with the clock, and with all that may belong at its beginning.
    moment = int(asking.now.timestamp()) + project.next_position + project.reopened
    head = runtime.heads.of(project.id, moment, reopened=project.reopened, order=Order.RESERVE)

    def rows_after(read: int) -> Sequence[Row]:
        above = head.row(read - 1)[1] if read else -1.0
        return audit_order.next_rows(
            shelf.session, asking, above=above, after=read, limit=_RESERVED
        )

    return Walk(shelf=shelf, asking=asking, head=head, rows_after=rows_after)


def down_rechecks(
    runtime: Runtime, shelf: Shelf, asking: Asking, ranking: Ranking, asked: Asked
) -> Walk:
    """Down what is to be asked again; scores of what is drawn are probabilities."""
    return Walk(
        shelf=shelf,
        asking=asking,
        head=_head(runtime, asking, ranking, _RECHECKS[asked]),
        rows_after=partial(rechecks.next_rows, shelf.session, ranking.id, asked),
        asked=asked,
    )


def down_spots(shelf: Shelf, asking: Asking) -> Walk:
    """Down the predictions that are to be checked, few and seldom asked for; nothing is kept."""
    rows_after = partial(spots.next_rows, shelf.session, asking.project.id)
    return Walk(shelf=shelf, asking=asking, head=Head(0, 0), rows_after=rows_after)


def _head(runtime: Runtime, asking: Asking, ranking: Ranking, order: Order) -> Head:
    project = asking.project
    return runtime.heads.of(project.id, ranking.id, reopened=project.reopened, order=order)
