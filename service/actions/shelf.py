"""Items that were looked at once for all who ask at once."""

from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from service.store import candidates
from service.store.candidates import Asking, Candidate


class Shelf:
    """What may be served to each of several annotators; the rest is looked up as it is wanted."""

    def __init__(self, session: Session) -> None:
        self.session = session
        """The transaction that the items are locked in."""
        self._known: dict[int, Candidate | None] = {}
        self._reserve: list[Candidate] = []

    def fetch(self, asking: Asking, positions: Sequence[int], *, reserved: int) -> None:
        """Look at items for all who ask, and at so many of the audit reserve."""
        free, others = candidates.at_positions(self.session, asking, sorted(set(positions)))
        self._known = {at: free.get(at) for at in positions if at not in others}
        self._reserve = candidates.of_reserve(self.session, asking, limit=reserved)

    def clear(self) -> None:
        """Forget what was looked at: some of it is leased by now."""
        self._known, self._reserve = {}, []

    def look(
        self, asking: Asking, positions: Sequence[int]
    ) -> tuple[dict[int, Candidate], set[int]]:
        """Those of some items that may be served, by position, and those that others may be."""
        known = {at: self._known[at] for at in positions if at in self._known}
        rest = [at for at in positions if at not in known]
        free, others = candidates.at_positions(self.session, asking, rest)
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
