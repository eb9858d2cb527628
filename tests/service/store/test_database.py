"""Connections: none that is dead is given out, and nothing is asked while it is fresh."""

import time

import pytest
from sqlalchemy import text

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
