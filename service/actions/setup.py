"""The first start: the database brought up to date, the first workspace and its key made."""

from service.actions import keys
from service.config import Settings
from service.domain.catalogue import Role
from service.errors import Conflict
from service.runtime import Runtime, build
from service.store import migrate, workspaces

FIRST = "default"


def prepare(settings: Settings) -> str | None:
    """Migrate, and make the first admin key if there is no workspace yet; answer the new key."""
    migrate.upgrade(settings.database)
    runtime = build(settings)
    try:
        return make_first(runtime)
    except Conflict:  # another process was quicker
        return None
    finally:
        runtime.close()


def make_first(runtime: Runtime) -> str | None:
    """Make the first workspace, unless there is one, and answer its admin key.

    Raises:
        Conflict: another process was quicker.
    """
    with runtime.sessions.begin() as session:
        if workspaces.find_first(session) is not None:
            return None
        now = runtime.now()
        first = workspaces.add(session, name=FIRST, is_first=True, at=now)
        return keys.issue(session, first.id, name="first admin", role=Role.ADMIN, at=now).key
