"""How far the rankings in use are used up, as one process remembers it.

Between two rankings the head of the one in use fills up with what is labelled and leased; without
this, every hand-out would read through all of that again. It is a hint and no more: the database
says of each item whether it may be served, and a unique index whether it was.
"""

from array import array
from collections import OrderedDict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from heapq import nsmallest
from threading import Lock

from service.domain.orders import Order

LOOK_AGAIN = timedelta(seconds=1)
"""How old the word about a held item may be: so late comes back what another process gave back.
So much for each `FEW_HELD` of them, since whoever asks meanwhile waits for that look."""
FEW_HELD = 250
LONGEST_UNSEEN = timedelta(seconds=5)
"""It is no older in any case: of what is passed more becomes held all the time until a look."""
BEGINS_LATE = timedelta(milliseconds=100)
"""How old the word about an order without rows may be: they are written behind its ranking."""
MOST_HEADS = 128
"""Orders that a process remembers at once."""


class Head:
    """One ranking's rows as far as they were read, and which of them may be free.

    A place is untouched, or passed: then it is held, as far as is known, or loose (free, but not
    for who passed it), or forgotten, since its item is closed. Places count from 0 here.
    """

    def __init__(self, ranking_id: int, reopened: int) -> None:
        self.ranking_id = ranking_id
        self.reopened = reopened
        """What the project's count of reopened items was: forgotten places hold before it grows."""
        self._lock = Lock()
        self._positions = array("q")
        self._scores = array("d")
        self._next = 0
        self._loose: set[int] = set()
        self._held: set[int] = set()
        self._looked_at: datetime | None = None
        self._ended_at: datetime | None = None
        self.earlier: Head | None = None
        """Of the same order beside the ranking before, as long as nothing of this one was read."""
        self.rivals = 0
        """How many items other processes take between two looks, as it was lately."""

    @property
    def read(self) -> int:
        """How many rows were read."""
        return len(self._scores)

    def append(self, rows: Iterable[tuple[int, int, float]]) -> None:
        """Take in the next rows, as (place from 1, position, score); known ones are left out."""
        with self._lock:
            for place, position, score in rows:
                if place == len(self._scores) + 1:
                    self._positions.append(position)
                    self._scores.append(score)
                    self.earlier = None

    def go_on(self, rows: Collection[tuple[int, int, float]], now: datetime) -> None:
        """Take in what was read behind the known rows, or note that there was nothing."""
        if rows:
            self.append(rows)
        else:
            self.end(now)

    def ahead(self, count: int, *, tried: set[int]) -> list[int]:
        """The first places that may be free, in order, without those that were tried."""
        with self._lock:
            loose = nsmallest(count, (place for place in self._loose if place not in tried))
            rest = range(self._next, min(self.read, self._next + count + len(tried)))
            untouched = [place for place in rest if place not in tried]
            return [*loose, *untouched][:count]

    def has_more(self, now: datetime) -> bool:
        """Whether there may be rows behind those that were read, as far as is known."""
        last, patience = self._ended_at, LOOK_AGAIN if self.read else BEGINS_LATE
        return last is None or not last <= now < last + patience

    def meet(self, taken: int) -> None:
        """Note how many items others had taken since the last look; few are believed slowly."""
        self.rivals = max(taken, 3 * self.rivals // 4)

    def end(self, now: datetime) -> None:
        """Note that there were none."""
        self._ended_at = now

    def row(self, place: int) -> tuple[int, float]:
        """Position and score at a place."""
        return self._positions[place], self._scores[place]

    def settle(self, *, held: Iterable[int], loose: Iterable[int]) -> None:
        """Note what became of places that were tried."""
        with self._lock:
            for places, into in ((held, self._held), (loose, self._loose)):
                for place in places:
                    self._loose.update(range(self._next, place))
                    self._next = max(self._next, place + 1)
                    self._held.discard(place)
                    self._loose.discard(place)
                    into.add(place)

    def due(self, now: datetime, *, at_once: bool = False) -> list[int]:
        """Held places, if it is time to look at them again; who is told them must look."""
        with self._lock:
            few = len(self._held) / FEW_HELD
            last, patience = self._looked_at, min(LONGEST_UNSEEN, LOOK_AGAIN * max(1.0, few))
            if not at_once and last is not None and last <= now < last + patience:
                return []
            self._looked_at = now
            self._ended_at = None if at_once else self._ended_at
            return list(self._held)

    def look_again(self) -> None:
        """Something was given back."""
        with self._lock:
            self._looked_at, earlier = None, self.earlier
        if earlier is not None:
            earlier.look_again()

    def seen(self, places: Iterable[int], is_free: dict[int, bool]) -> None:
        """Note how held places stand, by position; an item that is not there is closed."""
        with self._lock:
            for place in places:
                free = is_free.get(self._positions[place])
                if free is not False:
                    self._held.discard(place)
                if free:
                    self._loose.add(place)

    def next(self, ranking_id: int, reopened: int) -> "Head":
        """The head of the same order beside a newer ranking."""
        head = Head(ranking_id, reopened)
        head.earlier, self.earlier = (self if self.read else self.earlier), None
        return head

    def anew(self, reopened: int) -> "Head":
        """The same rows, of which nothing is known."""
        head = Head(self.ranking_id, reopened)
        with self._lock:
            head._positions, head._scores = self._positions[:], self._scores[:]
        return head


class Heads:
    """The heads of the orders that were asked for last."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._heads: OrderedDict[tuple[int, Order], Head] = OrderedDict()

    def of(
        self, project_id: int, ranking_id: int, *, reopened: int, order: Order = Order.RANKING
    ) -> Head:
        """The head of a ranking; who still asks by an older one gets one of their own."""
        name = (project_id, order)
        with self._lock:
            head = self._heads.get(name)
            if head is None:
                head = Head(ranking_id, reopened)
            elif head.ranking_id < ranking_id:
                head = head.next(ranking_id, reopened)
            elif head.ranking_id > ranking_id:
                return Head(ranking_id, reopened)
            elif head.reopened < reopened:
                head = head.anew(reopened)
            self._heads[name] = head
            self._heads.move_to_end(name)
            if len(self._heads) > MOST_HEADS:
                self._heads.popitem(last=False)
        return head

    def look_again(self, project_id: int) -> None:
        """An item of a project was given back: it is offered again at once."""
        with self._lock:
            # The reserve is read anew: only what was vacant when it was read is there.
            self._heads.pop((project_id, Order.RESERVE), None)
            heads = [self._heads.get((project_id, order)) for order in Order]
        for head in heads:
            if head is not None:
                head.look_again()
