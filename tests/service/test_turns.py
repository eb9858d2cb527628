"""Requests that want the same thing at once."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from service.turns import MOST_WEIGHT, Gather, Turns


class Desk:
    """Doubles numbers, several at once; the first ones are held back until they are let go."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.groups: list[list[int]] = []
        self.answers: dict[int, int | str] = {}
        self.has_begun = threading.Event()
        self.may_end = threading.Event()

    def double(self, gather: Gather[int]) -> list[int | Exception]:
        """Refuse 13; break down at 99."""
        numbers = gather()
        self.groups.append(list(numbers))
        self.has_begun.set()
        assert self.may_end.wait(10)
        if 99 in numbers:
            raise RuntimeError("99 is too much")
        return [ValueError("13 is refused") if n == 13 else 2 * n for n in numbers]

    def ask(self, number: int, weight: int = 1) -> None:
        """Ask for one number, and write down what is answered."""
        try:
            self.answers[number] = self.turns.together("a", number, self.double, weight=weight)
        except (RuntimeError, ValueError) as error:
            self.answers[number] = str(error)

    def let(self, *asks: Callable[[], None]) -> None:
        """Have the first begin, the others come one after the other while it works."""
        threads = [threading.Thread(target=ask) for ask in asks]
        for number, thread in enumerate(threads):
            thread.start()
            assert self.has_begun.wait(10)
            while self.turns.waiting("a") < number + 1:
                pass
        self.may_end.set()
        for thread in threads:
            thread.join(10)


def same(gather: Gather[Any]) -> list[Any]:
    return list(gather())


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_who_comes_while_one_is_served_is_served_with_the_others(desk: Desk) -> None:
    desk.let(*(partial(desk.ask, n) for n in range(5)))

    assert desk.groups == [[0], [1, 2, 3, 4]]
    assert desk.answers == {n: 2 * n for n in range(5)}
    assert desk.turns.waiting("a") == 0


def test_each_of_a_group_gets_its_own_refusal(desk: Desk) -> None:
    desk.let(*(partial(desk.ask, n) for n in (1, 12, 13, 14)))

    assert desk.groups == [[1], [12, 13, 14]]
    assert desk.answers == {1: 2, 12: 24, 13: "13 is refused", 14: 28}


def test_what_breaks_a_group_breaks_only_its_own_request(desk: Desk) -> None:
    desk.let(*(partial(desk.ask, n) for n in (1, 98, 99, 100)))

    assert desk.groups[:2] == [[1], [98, 99, 100]]
    assert sorted(desk.groups[2:]) == [[98], [99], [100]]
    assert desk.answers == {1: 2, 98: 196, 99: "99 is too much", 100: 200}
    assert desk.turns.waiting("a") == 0


def test_a_group_is_not_heavier_than_may_be(desk: Desk) -> None:
    half, more = MOST_WEIGHT // 2, 2 * MOST_WEIGHT
    wishes = [(0, 1), (1, half), (2, half), (3, 1), (4, more), (5, 1)]
    desk.let(*(partial(desk.ask, *wish) for wish in wishes))

    assert desk.groups == [[0], [1, 2], [3], [4], [5]]
    assert set(desk.answers) == set(range(6))


def test_names_do_not_wait_for_each_other() -> None:
    turns = Turns()

    def outer(gather: Gather[str]) -> list[str | Exception]:
        return [wish + turns.together("b", "!", same) for wish in gather()]

    assert turns.together("a", "here", outer) == "here!"
    assert turns.waiting("a") == 0


def test_a_name_is_free_again_when_the_work_fails() -> None:
    turns = Turns()

    def fail(_: Gather[int]) -> list[int | Exception]:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        turns.together("a", 1, fail)

    assert turns.waiting("a") == 0
    assert turns.together("a", 1, same) == 1


def test_who_comes_before_it_is_asked_for_is_served_with_the_first(desk: Desk) -> None:
    may_gather = threading.Event()

    def double(gather: Gather[int]) -> list[int | Exception]:
        desk.has_begun.set()
        assert may_gather.wait(10)
        return Desk.double(desk, gather)

    def ask(number: int) -> None:
        desk.answers[number] = desk.turns.together("a", number, double)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    assert desk.has_begun.wait(10)
    while desk.turns.waiting("a") < len(threads):
        pass
    desk.may_end.set()
    may_gather.set()
    for thread in threads:
        thread.join(10)

    assert [sorted(group) for group in desk.groups] == [[0, 1, 2, 3]]
    assert desk.answers == {n: 2 * n for n in range(4)}


def test_what_fails_before_anybody_is_gathered_is_tried_by_each_alone() -> None:
    turns, has_begun, may_fail = Turns(), threading.Event(), threading.Event()
    tried: list[int] = []
    failed: list[str] = []

    def ask(number: int) -> None:
        def fail(_: Gather[int]) -> list[int | Exception]:
            tried.append(number)
            has_begun.set()
            assert may_fail.wait(10)
            raise ValueError("no connection")

        try:
            turns.together("a", number, fail)
        except ValueError as error:
            failed.append(str(error))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    threads[0].start()
    assert has_begun.wait(10)
    for thread in threads[1:]:
        thread.start()
    while turns.waiting("a") < len(threads):
        pass
    may_fail.set()
    for thread in threads:
        thread.join(10)

    assert failed == ["no connection"] * 4
    assert (tried[0], sorted(tried[1:])) == (0, [0, 1, 2, 3])
    assert turns.waiting("a") == 0
