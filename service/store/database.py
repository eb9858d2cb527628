"""Engines and sessions: PostgreSQL as it is, SQLite made safe and fair for many processes."""

import fcntl
import os
import select
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

READ_ONLY = "read_only"
# A server that went silent is given up after so many seconds, not after the many minutes of TCP
# (milliseconds in the last); what the URL says comes first.
PATIENCE = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
IDLE_SECONDS = 10.0
"""A connection that lay idle for longer is tried before it is used."""
SILENT_SECONDS = 60.0
"""PostgreSQL ends a transaction in which its process says nothing for longer: one that is frozen
would hold what it has locked for ever, and everybody who waits for that."""


@dataclass(frozen=True, kw_only=True)
class Database:
    """The ways into one database."""

    engine: Engine
    sessions: sessionmaker[Session]
    """For transactions that may write."""
    readers: sessionmaker[Session]
    """For transactions that only read; on SQLite they never wait for a writer."""
    snapshots: sessionmaker[Session]
    """The same, of which all statements see one moment."""


def connect(
    url: str,
    *,
    connections: int = 16,
    idle_seconds: float = IDLE_SECONDS,
    silent_seconds: float = SILENT_SECONDS,
) -> Database:
    """Open a database; nothing is sent to it yet."""
    if make_url(url).get_backend_name() == "sqlite":
        engine = _sqlite(url, connections)
    else:
        engine = _postgres(url, connections, idle_seconds, silent_seconds)
    reading = _reading(engine)
    return Database(
        engine=engine,
        sessions=sessionmaker(engine, expire_on_commit=False),
        readers=sessionmaker(reading, expire_on_commit=False),
        snapshots=sessionmaker(_still(engine), expire_on_commit=False),
    )


def is_sqlite(session: Session) -> bool:
    """Whether writers already come one after the other."""
    return has_one_writer(session.get_bind())


def has_one_writer(engine: Engine | Connection) -> bool:
    """The same of what sessions are bound to."""
    return engine.dialect.name == "sqlite"


def _reading(engine: Engine) -> Engine:
    if has_one_writer(engine):
        return engine.execution_options(**{READ_ONLY: True})
    # Each statement sees what is committed by then, as within a transaction of the usual
    # isolation; without one there are two round trips less.
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def _still(engine: Engine) -> Engine:
    if has_one_writer(engine):
        return _reading(engine)
    return engine.execution_options(isolation_level="REPEATABLE READ")


def _postgres(url: str, connections: int, idle_seconds: float, silent_seconds: float) -> Engine:
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=connections,
        # Always the one used last: it has its statements prepared and planned, and others would
        # each plan them anew.
        pool_use_lifo=True,
        # The database gives 1e20 back as a whole number, which nothing could send on.
        json_deserializer=orjson.loads,
        connect_args=PATIENCE | make_url(url).query,
    )
    event.listen(engine, "checkin", _note_when)

    def bound_silence(connection: Any, _: ConnectionPoolEntry) -> None:
        # Not as an option of the connection: poolers between here and the server refuse that.
        most = f"{1000 * silent_seconds:.0f}"
        connection.execute(f"SET idle_in_transaction_session_timeout = {most}")
        connection.commit()

    event.listen(engine, "connect", bound_silence)

    def check(connection: Any, entry: ConnectionPoolEntry, _: Any) -> None:
        left_at = entry.info.get("left_at")
        if left_at is not None:  # it is not new
            _check(connection, is_idle=time.monotonic() - left_at >= idle_seconds)

    event.listen(engine, "checkout", check)
    return engine


def _note_when(connection: Any, entry: ConnectionPoolEntry) -> None:
    entry.info["left_at"] = time.monotonic()


def _check(connection: Any, *, is_idle: bool) -> None:
    """Give no dead connection out, without asking the server at every request.

    A server that goes away says so or hangs up: then there is something to read. Only after some
    idleness is it asked, since a network may drop a connection in silence.
    """
    word = select.poll()
    word.register(connection.fileno(), select.POLLIN)
    if not is_idle and not word.poll(0):
        return
    try:
        connection.execute("")
        connection.rollback()
    except psycopg.Error as error:
        raise DisconnectionError("the database has hung up") from error


def _sqlite(url: str, connections: int) -> Engine:
    path = make_url(url).database
    if not path:
        raise ValueError(f"{url} names no file; a service of several processes needs one")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, pool_size=connections, max_overflow=connections, connect_args={"timeout": 30}
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "checkin", _leave)
    event.listen(engine, "close", _close)
    return engine


def _prepare(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # `_begin` says BEGIN
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    path = next(row[2] for row in cursor.execute("PRAGMA database_list") if row[1] == "main")
    cursor.close()
    # Open for as long as the connection is; each has its own, as locks are by open file.
    entry.info["turn"] = os.open(f"{path}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get(READ_ONLY):
        connection.exec_driver_sql("BEGIN")
        return
    # SQLite's own waiting is polling, which starves somebody; a file lock is a queue.
    fcntl.flock(connection.info["turn"], fcntl.LOCK_EX)
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _leave(connection: Any, entry: ConnectionPoolEntry) -> None:
    if "turn" in entry.info:
        fcntl.flock(entry.info["turn"], fcntl.LOCK_UN)


def _close(_: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    if "turn" in entry.info:
        os.close(entry.info.pop("turn"))
