"""Connections: none that is dead is given out; commits wait for the disk unless told not to."""

import time

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.store import database


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
def test_an_idle_connection_is_tried_and_kept(database_url: str) -> None:
    ours = database.connect(database_url, idle_seconds=0)

    with ours.sessions() as session:
        number = session.scalar(text("SELECT pg_backend_pid()"))
    with ours.readers() as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) == number

    ours.engine.dispose()


def test_a_transaction_that_may_be_lost_does_not_make_the_next_ones_so(database_url: str) -> None:
    opened = database.connect(database_url)

    with opened.sessions.begin() as session:
        database.may_be_lost(session)
        within = _waits_for_the_disk(session)
    with opened.sessions.begin() as session:
        after = _waits_for_the_disk(session)
    opened.engine.dispose()

    assert (within, after) == (database_url.startswith("sqlite"), True)


def _waits_for_the_disk(session: Session) -> bool:
    if session.get_bind().dialect.name == "sqlite":
        return session.scalar(text("PRAGMA synchronous")) == 2  # FULL
    return session.scalar(text("SHOW synchronous_commit")) == "on"
