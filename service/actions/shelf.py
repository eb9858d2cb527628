"""Items that were found at once for all who ask at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from service.domain.orders import Order
from service.store import audit_order, offers
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
        self._steps: dict[Order, list[Step]] = {}
        self._offered: int | None = None

    def stock(self, order: Order, steps: Sequence[Step]) -> None:
        """Keep the next items of an order, which may be served to all who ask."""
        self._steps[order] = list(steps)

    def take(self, order: Order, count: int, *, without: Collection[int]) -> list[Step]:
        """The next items of an order, as far as there are any."""
        rest = [step for step in self._steps[order] if step.candidate.position not in without]
        self._steps[order] = rest[count:]
        return rest[:count]

    def of_reserve(
        self, asking: Asking, *, limit: int, without: Collection[int]
    ) -> list[Candidate]:
        """Next of the audit reserve, in the audit order."""
        steps = self.take(Order.RESERVE, max(0, limit), without=without)
        found = [step.candidate for step in steps]
        taken = [*without, *(each.position for each in found)]
        return found + audit_order.next_free(
            self.session, asking, limit=limit - len(found), without=taken
        )

    def offered(self, asking: Asking) -> int:
        """How many items can be served; of a large pool what it was for who asked first."""
        if self._offered is None or asking.project.open_count < offers.LARGE:
            self._offered = offers.count(self.session, asking)
        return self._offered
