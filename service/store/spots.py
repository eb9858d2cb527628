"""Predictions that people are to check, in their order."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.store import places
from service.store.lists import add_rows
from service.store.tables.reports import Spot


def replace(session: Session, project_id: int, rows: Sequence[Spot]) -> None:
    """Write the order of what is to be checked in the place of the one before."""
    session.execute(delete(Spot).where(Spot.project_id == project_id))
    if rows:
        names = ("place", "position", "is_suspect", "confidence", "probability")
        columns = {name: [getattr(row, name) for row in rows] for name in names}
        add_rows(session, Spot.__table__, {"project_id": project_id}, columns)


def is_any(session: Session, project_id: int) -> bool:
    """Whether a project has anything to check."""
    return places.is_any(session, Spot, {"project_id": project_id})


def next_rows(session: Session, project_id: int, after: int) -> list[places.Row]:
    """The rest of the order behind a place, with confidences."""
    same = {"project_id": project_id}
    return places.next_rows(session, Spot, same, Spot.confidence, after=after)


def suspect_positions(session: Session, project_id: int) -> list[int]:
    """Those chosen for what was found in their region, the most suspicious region first."""
    query = (
        select(Spot.position)
        .where(Spot.project_id == project_id, Spot.is_suspect)
        .order_by(Spot.place)
    )
    return list(session.scalars(query))


def at_places(session: Session, project_id: int, wanted: Sequence[int]) -> dict[int, Spot]:
    """Rows of the order by their places."""
    query = select(Spot).where(Spot.project_id == project_id, Spot.place.in_(wanted))
    return {spot.place: spot for spot in session.scalars(query)}
