"""Tables that have just grown are seen, by who may have them analyzed."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from service.runtime import Runtime
from service.store import statistics
from tests.api import Api

OTHER = "CREATE ROLE somebody_else NOLOGIN"
ALLOWED = "GRANT SELECT ON ALL TABLES IN SCHEMA public TO somebody_else"


def grown(session: Session) -> list[str]:
    session.execute(text("SELECT pg_stat_clear_snapshot()"))
    return list(statistics.outdated(session))


@pytest.fixture
def many(api: Api, runtime: Runtime) -> Runtime:
    """An item table that nobody has looked at since it grew."""
    project = api.make_project()
    api.add_vectors(project, {f"k{n}": [n, 1] for n in range(600)})
    with runtime.sessions.begin() as session:
        # Each connection tells of its changes some time later, unless it is asked to at once.
        session.execute(text("SELECT pg_stat_force_next_flush()"))
        session.execute(text("UPDATE item SET skips = 0"))
    return runtime


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_table_that_has_grown_is_analyzed_once(many: Runtime) -> None:
    with many.sessions.begin() as session:
        assert "item" in grown(session)
        statistics.renew(session, ["item"])
        session.execute(text("SELECT pg_stat_force_next_flush()"))

    with many.sessions() as session:
        assert "item" not in grown(session)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_who_does_not_own_a_table_is_not_told_to_analyze_it(many: Runtime) -> None:
    with many.sessions() as session:
        assert "item" in grown(session)
        session.execute(text(OTHER))
        session.execute(text(ALLOWED))
        session.execute(text("SET LOCAL ROLE somebody_else"))

        assert grown(session) == []

        session.rollback()
