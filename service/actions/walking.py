"""Going down an order to the next items that may be served, from where this process knows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from service.actions.shelf import Shelf, Step
from service.domain.catalogue import Asked
from service.heads import Head
from service.store import candidates
from service.store.candidates import Asking, Candidate
from service.store.looks import Sight, Stretch
from service.store.places import Row

_MOST_PLACES = 500
"""Places looked at in one query, which grow from those wanted while nothing is found."""
_MORE = 10
"""Places looked at beyond those wanted, besides those that others are likely to have taken."""


@dataclass(frozen=True, kw_only=True)
class Walk:
    """One hand-out on its way down an order."""

    shelf: Shelf
    asking: Asking
    head: Head
    """What this process knows of the order."""
    rows_after: Callable[[int], Sequence[Row]]
    """Reads the next rows of the order, none at its end."""
    asked: Asked | None = None
    """Why its items are asked about again, where somebody has labelled them."""

    def upcoming(self, count: int) -> Stretch:
        """What is looked at first when so many items are wanted."""
        if count <= 0:
            return Stretch()
        self._look_again()
        places = self._ahead(count + 2 * self.head.rivals + _MORE, set())
        return Stretch(positions=[self.head.row(place)[0] for place in places], wanted=count)

    def seen(self, stretch: Stretch, sight: Sight, *, without: set[int]) -> list[Step]:
        """Those that a look at what is upcoming has found."""
        if not stretch.positions:
            return []
        places = self.head.ahead(len(stretch.positions), tried=set())
        at = {self.head.row(place)[0]: place for place in places}
        passed = [each for each in sight.passed if each in at and each not in without]
        self.head.meet(len(passed) - len(sight.free) - len(sight.others))
        return self._note(at, passed, sight.free, set(sight.others), stretch.wanted)

    def next_free(self, count: int, *, without: set[int], insists: bool = True) -> list[Step]:
        """The first `count` items that may be served, in their order.

        Args:
            insists: look again at everything before it is said that there is nothing.
        """
        self._look_again()
        tried: set[int] = set()
        found = self._try(count, tried, without)
        if insists and len(found) < count:
            # What this process knows of may be old.
            self._look_again(at_once=True)
            found += self._try(count - len(found), tried, without)
        return sorted(found, key=lambda step: step.place)

    def _try(self, count: int, tried: set[int], without: set[int]) -> list[Step]:
        found: list[Step] = []
        stretch = count
        while len(found) < count and (places := self._ahead(stretch, tried)):
            tried.update(places)
            at = {self.head.row(place)[0]: place for place in places}
            more = self._look(at, count - len(found), without)
            found += more
            # First no more than are wanted: who locks more sends rivals further down. Then more,
            # since each look costs as much as the rest of a hand-out.
            stretch = min(2 * stretch, max(stretch, _MOST_PLACES))
        return found

    def _ahead(self, count: int, tried: set[int]) -> list[int]:
        """Places to look at next."""
        while True:
            places = self.head.ahead(count, tried=tried)
            if len(places) == count or not self.head.has_more(self.asking.now):
                return places
            self.head.go_on(self.rows_after(self.head.read), self.asking.now)

    def _look(self, at: dict[int, int], count: int, without: set[int]) -> list[Step]:
        """Those of some places, by position, that may be served; note how the others stand."""
        wanted = [position for position in at if position not in without]
        free, others = candidates.at_positions(
            self.shelf.session, self.asking, wanted, asked=self.asked
        )
        return self._note(at, wanted, free, others, count)

    def _note(
        self,
        at: Mapping[int, int],
        wanted: Sequence[int],
        free: Mapping[int, Candidate],
        others: set[int],
        count: int,
    ) -> list[Step]:
        served = [position for position in wanted if position in free][:count]
        loose = others | (free.keys() - set(served))
        self.head.settle(
            held=[at[position] for position in wanted if position not in loose],
            loose=[at[position] for position in loose],
        )
        return [
            Step(candidate=free[each], place=at[each], score=self.head.row(at[each])[1])
            for each in served
        ]

    def _look_again(self, *, at_once: bool = False) -> None:
        """Find out what has come back of what was held, if that is due."""
        places = self.head.due(self.asking.now, at_once=at_once)
        if places:
            positions = [self.head.row(place)[0] for place in places]
            found = candidates.standing(
                self.shelf.session, self.asking, positions, asked=self.asked
            )
            self.head.seen(places, found)
