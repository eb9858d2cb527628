"""Requests of a process that want the same thing at once: one thread serves all that wait."""

import threading
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

W = TypeVar("W")
R = TypeVar("R")

MOST_WEIGHT = 1_000
"""Weight of what is done together: a single wish may weigh more."""

Gather = Callable[[], Sequence[W]]
"""Says what all who stand in line by now want; asked once."""
Together = Callable[[Gather[W]], Sequence[R | Exception]]
"""Fulfils wishes at once; answers, wish by wish, what became of it or why it is refused.

It gathers them when it has what it must wait for, such as a lock: who comes meanwhile is served
with the others.
"""


@dataclass(eq=False)
class _Place:
    """One who wants something, and what became of it."""

    wish: Any
    weight: int
    woken: threading.Event = field(default_factory=threading.Event)
    is_served: bool = False
    outcome: Any = None
    is_alone: bool = False
    """Whether all of a group failed, so that each is to be tried by itself."""


class Turns:
    """Lines by name. Who comes while nobody is being served serves all that have come by the time
    that they can be served.

    Those who wait hold no connection meanwhile, and a transaction is paid for once by all of
    them. The database decides between processes, as ever.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._lines: dict[Hashable, deque[_Place]] = {}

    def waiting(self, name: Hashable) -> int:
        """How many wait under a name or are being served."""
        with self._guard:
            return len(self._lines.get(name, ()))

    def together(self, name: Hashable, wish: W, do: Together[W, R], *, weight: int = 1) -> R:
        """Have a wish fulfilled, with those of others under the same name.

        If `do` raises, nothing of it may have happened: each wish of the group is then tried by
        itself, in the thread that had it, so that none fails for another's sake.

        Args:
            do: does the same whoever of a name brings it.
            weight: how much there is to do.

        Raises:
            Exception: what `do` answers for the wish, or raises for it alone.
        """
        place = _Place(wish, weight)
        with self._guard:
            is_first = name not in self._lines
            self._lines.setdefault(name, deque()).append(place)
        if not is_first:
            place.woken.wait()
        if not (place.is_served or place.is_alone):
            self._serve(name, do)
        if place.is_alone:
            (place.outcome,) = do(lambda: [wish])
        if isinstance(place.outcome, Exception):
            raise place.outcome
        outcome: R = place.outcome
        return outcome

    def _serve(self, name: Hashable, do: Together[Any, Any]) -> None:
        group: list[_Place] = []

        def gather() -> Sequence[Any]:
            if not group:
                group.extend(self._take(name))
            return [place.wish for place in group]

        try:
            outcomes = do(gather)
            for place, outcome in zip(group, outcomes, strict=True):
                place.is_served, place.outcome = True, outcome
        except Exception:
            gather()  # that a database is away is found out by all at once, not in turn
            if len(group) == 1:
                raise
        finally:
            gather()  # whatever broke off, who was first must leave the line
            for place in group:
                place.is_alone = not place.is_served and len(group) > 1
            self._leave(name, group)

    def _take(self, name: Hashable) -> list[_Place]:
        """Those at the head of a line who are served now; they stay in it meanwhile."""
        group: list[_Place] = []
        weight = 0
        with self._guard:
            for place in self._lines[name]:
                weight += place.weight
                if group and weight > MOST_WEIGHT:
                    break
                group.append(place)
        return group

    def _leave(self, name: Hashable, group: Sequence[_Place]) -> None:
        """Let those go who were served; the next in the line serves the rest."""
        with self._guard:
            line = self._lines[name]
            for _ in group:
                line.popleft()
            if not line:
                del self._lines[name]
            woken = [*group, *([line[0]] if line else ())]
        for place in woken:
            place.woken.set()
