"""Connections: none that is dead is given out, and nothing is asked while it is fresh."""

import time

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from service.runtime import Runtime
from service.store import database
from service.store.tables.pool import Item
from tests.api import Api


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_connection_that_the_server_closed_is_replaced(database_url: str) -> None:
    ours, theirs = database.connect(database_url), database.connect(database_url)
    with ours.sessions() as session:
        number = session.scalar(text("SELECT pg_backend_pid()"))
    with theirs.sessions() as session:
        session.execute(text(f"SELECT pg_terminate_backend({number})"))
    time.sleep(0.2)

    with ours.sessions() as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != number

    ours.engine.dispose()
    theirs.engine.dispose()


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_who_falls_silent_in_a_transaction_loses_it_and_what_it_has_locked(
    database_url: str, api: Api, runtime: Runtime
) -> None:
    lock = text("SELECT id FROM project FOR UPDATE")
    api.make_project()
    frozen = database.connect(database_url, silent_seconds=0.2)
    with frozen.sessions() as session:
        session.execute(lock)
        with runtime.sessions() as others:
            assert others.execute(lock).all()  # who waits for it goes on
        with pytest.raises(DBAPIError, match="idle-in-transaction"):
            session.execute(lock)

    with frozen.sessions() as session:
        assert session.scalar(text("SHOW idle_in_transaction_session_timeout")) == "200ms"
    frozen.engine.dispose()


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_an_idle_connection_is_tried_and_kept(database_url: str) -> None:
    ours = database.connect(database_url, idle_seconds=0)

    with ours.sessions() as session:
        number = session.scalar(text("SELECT pg_backend_pid()"))
    with ours.readers() as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) == number

    ours.engine.dispose()


def test_a_snapshot_sees_one_moment_and_holds_nobody_up(api: Api, runtime: Runtime) -> None:
    def items(session: Session) -> int:
        return session.scalar(select(func.count()).select_from(Item)) or 0

    project = api.make_project()
    with runtime.snapshots() as session:
        assert items(session) == 0
        api.add_vectors(project, {"a": [0, 1]})
        assert items(session) == 0

    with runtime.snapshots() as session:
        assert items(session) == 1


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_the_connection_that_was_used_last_is_used_next(database_url: str) -> None:
    ours = database.connect(database_url)
    with ours.engine.connect() as first, ours.engine.connect() as second:
        pids = [each.scalar(text("SELECT pg_backend_pid()")) for each in (first, second)]
        second.close()
        first.close()

    with ours.engine.connect() as third:
        assert third.scalar(text("SELECT pg_backend_pid()")) == pids[0]
    ours.engine.dispose()
