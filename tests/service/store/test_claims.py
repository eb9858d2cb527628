"""Claims: one holder of a name at a time, on both databases."""

import threading
from collections.abc import Iterator
from contextlib import nullcontext
from threading import BoundedSemaphore

import pytest
from sqlalchemy import Engine

from service.errors import Unavailable
from service.runtime import Runtime
from service.store import claims, database
from service.store.claims import claimed

PLACES = BoundedSemaphore(10)


@pytest.fixture
def rival(database_url: str) -> Iterator[Engine]:
    """Another process's way into the database."""
    engine = database.connect(database_url).engine
    yield engine
    engine.dispose()


def test_a_name_has_one_holder_at_a_time(runtime: Runtime, rival: Engine) -> None:
    engine = runtime.sessions.kw["bind"]

    with (
        claimed(engine, "a", PLACES) as first,
        claimed(rival, "a", PLACES) as second,
        claimed(rival, "b", PLACES) as other,
    ):
        during = (first, second, other)
    with claimed(rival, "a", PLACES) as afterwards:
        pass

    assert during == (True, False, True)
    assert afterwards


def test_a_holder_that_fails_lets_go(runtime: Runtime, rival: Engine) -> None:
    engine = runtime.sessions.kw["bind"]

    def fail() -> None:
        with claimed(engine, "a", PLACES):
            raise RuntimeError("gone")

    with pytest.raises(RuntimeError):
        fail()

    with claimed(rival, "a", PLACES) as had:
        assert had


def test_of_many_at_once_one_holds(runtime: Runtime) -> None:
    engine = runtime.sessions.kw["bind"]
    holding, most = 0, 0
    lock, start = threading.Lock(), threading.Barrier(8)

    def work() -> None:
        nonlocal holding, most
        start.wait()
        for _ in range(20):
            with claimed(engine, "a", PLACES) as had:
                if had:
                    with lock:
                        holding += 1
                        most = max(most, holding)
                    with lock:
                        holding -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == 1


def test_who_finds_no_place_for_a_connection_is_told_and_takes_none(
    rival: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "PATIENCE", 0.01)
    places = BoundedSemaphore(1)
    is_file = rival.dialect.name == "sqlite"  # which takes no connection

    with (
        claimed(rival, "a", places) as first,
        nullcontext() if is_file else pytest.raises(Unavailable, match="send it again"),
        claimed(rival, "b", places) as second,
    ):
        assert (second, is_file) == (True, True)
    with claimed(rival, "b", places) as afterwards:
        assert (first, afterwards) == (True, True)
