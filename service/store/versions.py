"""Versions: numbered in a project, put in use by `rank` or by a pin, or refused by the gate."""

from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from service.errors import NotFound
from service.store.tables.learning import Version
from service.store.tables.pool import Project


def get(session: Session, project_id: int, number: int) -> Version:
    """Get a version by its number.

    Raises:
        NotFound: the project has no such version.
    """
    query = select(Version).where(Version.project_id == project_id, Version.number == number)
    version = session.scalar(query)
    if version is None:
        raise NotFound(f"there is no version {number} in this project")
    return version


def find(session: Session, version_id: int | None) -> Version | None:
    """Find a version by its row."""
    return session.get(Version, version_id) if version_id is not None else None


def find_last(session: Session, project_id: int) -> Version | None:
    """The newest version, in use or not."""
    query = select(Version).where(Version.project_id == project_id)
    return session.scalar(query.order_by(Version.number.desc()).limit(1))


def find_newest_passed(session: Session, project_id: int) -> Version | None:
    """The newest version that the gate did not refuse, in use or not."""
    has_passed = Version.report["gate"]["passed"].as_boolean()
    query = select(Version).where(
        Version.project_id == project_id, or_(has_passed.is_(None), has_passed.is_(True))
    )
    return session.scalar(query.order_by(Version.number.desc()).limit(1))


def find_last_judged(session: Session, project_id: int) -> Version | None:
    """The newest version of which it is known what it says of the stop set."""
    query = select(Version).where(Version.project_id == project_id, Version.stop_set.is_not(None))
    return session.scalar(query.order_by(Version.number.desc()).limit(1))


def list_judged(session: Session, project_id: int, *, limit: int) -> list[Version]:
    """The newest versions of which that is known, oldest first."""
    query = select(Version).where(Version.project_id == project_id, Version.stop_set.is_not(None))
    return list(session.scalars(query.order_by(Version.number.desc()).limit(limit)))[::-1]


def keep_stop_set(session: Session, version_id: int, digest: str) -> None:
    """Write down what a version says of the stop set."""
    session.execute(
        update(Version)
        .where(Version.id == version_id, Version.stop_set.is_(None))
        .values(stop_set=digest)
    )


def find_last_held_out(session: Session, project_id: int) -> Version | None:
    """The newest version of which it is known what others without each item say of it."""
    query = select(Version).where(Version.project_id == project_id, Version.held_out.is_not(None))
    return session.scalar(query.order_by(Version.number.desc()).limit(1))


def keep_held_out(session: Session, version_id: int, digest: str) -> None:
    """Write down what versions without each item say of it."""
    session.execute(
        update(Version)
        .where(Version.id == version_id, Version.held_out.is_(None))
        .values(held_out=digest)
    )


def add(session: Session, project: Project, **fields: Any) -> Version:
    """Add the next version of a project, whose row the caller has locked."""
    project.version_count += 1
    version = Version(project_id=project.id, number=project.version_count, **fields)
    session.add(version)
    session.flush()
    return version


def list_for(session: Session, project_id: int, *, before: int | None, limit: int) -> list[Version]:
    """Versions of a project, newest first."""
    query = select(Version).where(Version.project_id == project_id)
    if before is not None:
        query = query.where(Version.number < before)
    return list(session.scalars(query.order_by(Version.number.desc()).limit(limit)))
