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


def count(session: Session, asking: Asking, *, again: bool = False) -> int:
    """Items outside the reserve that could be served to the first who asks now.

    Args:
        again: count also those that somebody has labelled or holds, and that need more labels.
    """
    project = asking.project
    one_label = project.labels_per_item == 1
    if one_label:
        query = _count_taken(is_large=project.open_count >= LARGE)
    else:
        query = _count_free(openings.kind_of(project, again=again))
    given = openings.given(project, asking.annotators, now=asking.now)
    counted = session.connection().scalar(query, given) or 0
    return max(0, project.open_count - counted) if one_label else int(counted)


@cache
def _count_free(kind: Kind) -> Select[Any]:
    free = (*openings.outside_reserve(), *openings.free(kind))
    return select(func.count()).select_from(Item).where(*free)


@cache
def _count_taken(*, is_large: bool) -> Select[Any]:
    """Count what is open and not offered: where one label is enough, that is less to look at.

    In a large pool all leases count, also those on the few items of the reserve: to look at the
    item of each would cost every hand-out more than all the rest, for less than a hundredth.
    """
    among = openings.outside_reserve()
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
