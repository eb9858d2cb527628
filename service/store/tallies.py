"""How large audit reserves are, as a process counted them last."""

from threading import Lock

from sqlalchemy.orm import Session

from service.store import projects
from service.store.tables.pool import Project

MOST_KNOWN = 1_000
"""Projects that a process remembers at once."""

_Pool = tuple[float, int, int, int, int]


class Tallies:
    """Sizes of audit reserves, counted anew when something came, went or was set apart.

    To count one takes a look at each of its items, and a project is read again and again.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: dict[int, tuple[_Pool, int]] = {}

    def reserved(self, session: Session, project: Project) -> int:
        """Items in the audit reserve of a project, as it was read."""
        pool = _pool(project)
        with self._lock:
            known, count = self._known.get(project.id, (None, 0))
        if known == pool:
            return count
        count = projects.count_reserved(session, project)
        with self._lock:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[project.id] = (pool, count)
        return count


def _pool(project: Project) -> _Pool:
    """What changes whenever another item is reserved, or one no more."""
    return (
        project.audit_threshold,
        project.audit_excluded,
        project.next_position,
        project.item_count,
        project.pool_changes,
    )
