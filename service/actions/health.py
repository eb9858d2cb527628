"""Whether each part that the service needs answers, by name."""

from collections.abc import Callable

import structlog
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from service.errors import ServiceError
from service.runtime import Runtime
from service.store import migrate

log = structlog.get_logger(__name__)


def check(runtime: Runtime) -> dict[str, str]:
    """Ask every part; `ok`, or what is wrong with it."""
    parts: dict[str, Callable[[Runtime], None]] = {
        "database": _database,
        "broker": lambda parts: parts.live.ping(),
        "blobs": lambda parts: parts.blobs.check(),
        "migrations": _migrations,
    }
    return {name: _outcome(name, ask, runtime) for name, ask in parts.items()}


def _outcome(name: str, ask: Callable[[Runtime], None], runtime: Runtime) -> str:
    try:
        ask(runtime)
    except (SQLAlchemyError, RedisError, OSError, ServiceError) as error:
        log.warning("not ready", part=name, error=str(error))
        return f"not ready: {type(error).__name__}"
    return "ok"


def _database(runtime: Runtime) -> None:
    with runtime.readers() as session:
        session.execute(text("SELECT 1"))


def _migrations(runtime: Runtime) -> None:
    with runtime.readers() as session:
        if not migrate.is_current(session.connection()):
            raise ServiceError("the database is not at the newest migration")
