"""How many items could be served: what the chance of a random pick is worked out from."""

from functools import cache
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from service.store import openings
from service.store.candidates import Asking
from service.store.openings import ANNOTATOR, NOW, PROJECT, Kind
from service.store.tables.labelling import Label, Lease
from service.store.tables.pool import Item

LARGE = 20_000
"""Open items from which on a count of those that are offered need not be exact."""


def count(session: Session, asking: Asking) -> int:
    """Items outside the reserve that could be served to the first who asks now."""
    kind = openings.kind_of(asking.project)
    counted = (
        session.connection().scalar(
            _count(kind, is_large=asking.project.open_count >= LARGE),
            openings.given(asking.project, asking.annotators, now=asking.now),
        )
        or 0
    )
    return max(0, asking.project.open_count - counted) if kind.one_label else int(counted)


@cache
def _count(kind: Kind, *, is_large: bool) -> Select[Any]:
    """Count what is offered; where one label is enough, what is not, which is less to look at.

    In a large pool all leases count, also those on the few items of the reserve: to look at the
    item of each would cost every hand-out more than all the rest, for less than a hundredth.
    """
    among = openings.outside_reserve()
    if not kind.one_label:
        return select(func.count()).select_from(Item).where(*among, *openings.free(kind))
    is_open = (*among, openings.IS_OPEN)
    here = (Lease.project_id == Item.project_id, Lease.position == Item.position)
    same = (Label.project_id == Item.project_id, Label.position == Item.position)
    held = (Lease.project_id == PROJECT, openings.IS_LEASED, Lease.expires_at > NOW)
    leased = select(func.count()).select_from(Lease).where(*held)
    if not is_large:
        leased = leased.join(Item, here[0] & here[1]).where(*is_open)
    mine = (
        select(func.count())
        .select_from(Label)
        .join(Item, same[0] & same[1])
        .where(
            *is_open,
            Label.project_id == PROJECT,
            Label.annotator == ANNOTATOR,
            Label.is_current,
            Label.value.is_(None),
            ~exists().where(*here, openings.is_holding()),
        )
    )
    return select(leased.scalar_subquery() + mine.scalar_subquery())
