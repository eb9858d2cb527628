"""Turns in a process."""

import threading

import pytest

from service.turns import Turns


def test_one_at_a_time_holds_a_name_and_others_do_not_wait() -> None:
    turns = Turns()
    inside, most = 0, 0
    guard = threading.Lock()

    def enter() -> None:
        nonlocal inside, most
        for _ in range(50):
            with turns.of("a"):
                with guard:
                    inside += 1
                    most = max(most, inside)
                with guard:
                    inside -= 1

    threads = [threading.Thread(target=enter) for _ in range(8)]
    with turns.of("b"):  # another name
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)

    assert most == 1
    assert len(turns) == 0


def test_a_name_is_given_back_when_the_work_fails() -> None:
    turns = Turns()

    with pytest.raises(ValueError, match="no"), turns.of("a"):
        raise ValueError("no")

    assert len(turns) == 0
    with turns.of("a"):
        assert len(turns) == 1
