"""Items that were found at once for all who ask at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from service.domain.catalogue import Asked
from service.heads import Order
from service.store import candidates, offers
from service.store.candidates import Asking, Candidate


@dataclass(frozen=True, kw_only=True)
class Step:
    """An item that may be served, with its place in an order and its score there."""

    candidate: Candidate
    place: int
    score: float


class Shelf:
    """What may be served to each of several annotators; what is not there has to be looked up."""

    def __init__(self, session: Session) -> None:
        self.session = session
        """The transaction that the items are locked in."""
        self._known: dict[int, Candidate | None] = {}
        self._reserve: list[Candidate] = []
        self._steps: dict[Order, list[Step]] = {}
        self._offered: int | None = None

    def fetch(self, asking: Asking, positions: Sequence[int], *, reserved: int) -> None:
        """Look at items for all who ask, and at so many of the audit reserve; forget the rest."""
        free, others = candidates.at_positions(self.session, asking, sorted(set(positions)))
        self._known = {at: free.get(at) for at in positions if at not in others}
        self._reserve = candidates.of_reserve(self.session, asking, limit=reserved)

    def stock(self, order: Order, steps: Sequence[Step]) -> None:
        """Keep the next items of an order, which may be served to all who ask."""
        self._steps[order] = list(steps)

    def take(self, order: Order, count: int, *, without: Collection[int]) -> list[Step]:
        """The next items of an order, as far as there are any."""
        rest = [step for step in self._steps[order] if step.candidate.position not in without]
        self._steps[order] = rest[count:]
        return rest[:count]

    def look(
        self, asking: Asking, positions: Sequence[int], *, asked: Asked | None = None
    ) -> tuple[dict[int, Candidate], set[int]]:
        """Those of some items that may be served, by position, and those that others may be."""
        # What is known is of items that are asked about for the first time.
        here = self._known if asked is None else {}
        known = {at: here[at] for at in positions if at in here}
        rest = [at for at in positions if at not in known]
        free, others = candidates.at_positions(self.session, asking, rest, asked=asked)
        return free | {at: each for at, each in known.items() if each is not None}, others

    def of_reserve(
        self, asking: Asking, *, limit: int, without: Collection[int]
    ) -> list[Candidate]:
        """Next of the audit reserve, in the audit order."""
        found = [each for each in self._reserve if each.position not in without][: max(0, limit)]
        taken = [*without, *(each.position for each in found)]
        return found + candidates.of_reserve(
            self.session, asking, limit=limit - len(found), without=taken
        )

    def offered(self, asking: Asking) -> int:
        """How many items can be served; of a large pool what it was for who asked first."""
        if self._offered is None or asking.project.open_count < offers.LARGE:
            self._offered = offers.count(self.session, asking)
        return self._offered
