"""Going down a ranking to the next items that may be served, from where this process knows."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from service.heads import Head
from service.runtime import Runtime
from service.store import candidates, rankings
from service.store.candidates import Asking, Candidate
from service.store.tables.learning import Ranking

_ROWS = 500
"""Rows of a ranking read at once."""
_MOST_PLACES = 500
"""Places looked at in one query, which grow from those wanted while nothing is found."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """An item that may be served, with its place in the ranking and its score."""

    candidate: Candidate
    place: int
    score: float


@dataclass(frozen=True, kw_only=True)
class Walk:
    """One hand-out on its way down a ranking."""

    runtime: Runtime
    session: Session
    asking: Asking
    ranking: Ranking

    def next_free(self, count: int, *, without: set[int]) -> list[Step]:
        """The first `count` items that may be served, in their order."""
        head = head_of(self.runtime, self.asking, self.ranking)
        look_again(head, self.session, self.asking)
        tried: set[int] = set()
        found = self._try(head, count, tried, without)
        if len(found) < count:
            # Before it is said that there is nothing: what this process knows of may be old.
            look_again(head, self.session, self.asking, at_once=True)
            found += self._try(head, count - len(found), tried, without)
        return sorted(found, key=lambda step: step.place)

    def _try(self, head: Head, count: int, tried: set[int], without: set[int]) -> list[Step]:
        found: list[Step] = []
        stretch = count
        while len(found) < count and (places := self._ahead(head, stretch, tried)):
            tried.update(places)
            at = {head.row(place)[0]: place for place in places}
            more = self._look(head, at, count - len(found), without)
            found += more
            # First no more than are wanted: who locks more sends rivals further down. Then more,
            # since each look costs as much as the rest of a hand-out.
            stretch = min(2 * stretch, max(stretch, _MOST_PLACES))
        return found

    def _ahead(self, head: Head, count: int, tried: set[int]) -> list[int]:
        """Places to look at next."""
        while True:
            places = head.ahead(count, tried=tried)
            if len(places) == count or not self._read_on(head):
                return places

    def _look(self, head: Head, at: dict[int, int], count: int, without: set[int]) -> list[Step]:
        """Those of some places, by position, that may be served; note how the others stand."""
        wanted = [position for position in at if position not in without]
        free, others = candidates.at_positions(self.session, self.asking, wanted)
        served = [position for position in wanted if position in free][:count]
        loose = others | (free.keys() - set(served))
        head.settle(
            held=[at[position] for position in wanted if position not in loose],
            loose=[at[position] for position in loose],
        )
        return [
            Step(candidate=free[each], place=at[each], score=head.row(at[each])[1])
            for each in served
        ]

    def _read_on(self, head: Head) -> bool:
        """Read more rows of the ranking; say whether there may be any."""
        rows = rankings.next_rows(self.session, self.ranking.id, after=head.read, limit=_ROWS)
        head.append(rows)
        if rows:
            return True
        ranking = rankings.find(self.session, self.ranking.id)
        return ranking is not None and rankings.refill(self.session, self.runtime.blobs, ranking)


def head_of(runtime: Runtime, asking: Asking, ranking: Ranking) -> Head:
    """What this process knows of a ranking."""
    project = asking.project
    return runtime.heads.of(project.id, ranking.id, reopened=project.reopened)


def look_again(head: Head, session: Session, asking: Asking, *, at_once: bool = False) -> None:
    """Find out what has come back of what was held, if that is due."""
    places = head.due(asking.now, at_once=at_once)
    if places:
        positions = [head.row(place)[0] for place in places]
        head.seen(places, candidates.standing(session, asking, positions))
