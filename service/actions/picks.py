"""Items that are served, each with why, in the order that they are shown."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from service.domain.catalogue import Reason
from service.store.candidates import Candidate


@dataclass(frozen=True, kw_only=True)
class Pick:
    """An item that is served, and why."""

    candidate: Candidate
    reason: Reason
    strategy: str
    is_share: bool = False
    """Whether it is of a share that is hidden among the others."""
    probability: float | None = None
    place: int | None = None
    score: float | None = None

    @property
    def share(self) -> str:
        """The share that it is of, if it is of one."""
        return self.strategy if self.reason is Reason.RELABEL else str(self.reason)


def positions(picks: Sequence[Pick]) -> list[int]:
    """Positions of items."""
    return [pick.candidate.position for pick in picks]


def shuffled(picks: Sequence[Pick], chance: random.Random) -> list[Pick]:
    """Keep the ranking's order, with audit and coverage items at random places in it."""
    special = [pick for pick in picks if pick.is_share]
    main = [pick for pick in picks if not pick.is_share]
    main.sort(key=lambda pick: inf if pick.place is None else pick.place)
    chance.shuffle(special)
    places = set(chance.sample(range(len(picks)), len(special)))
    ordered, hidden = iter(main), iter(special)
    return [next(hidden if place in places else ordered) for place in range(len(picks))]
