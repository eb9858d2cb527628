"""Labelled items of a batch: another person is asked, unknown to them."""

from dataclasses import dataclass

from service.actions.picks import Pick
from service.actions.shelf import Shelf, Step
from service.actions.ways import down_rechecks
from service.domain import policy
from service.domain.catalogue import Asked, Reason, Strategy
from service.runtime import Runtime
from service.store import candidates, offers
from service.store.candidates import Asking
from service.store.tables.learning import Ranking


@dataclass(frozen=True, kw_only=True)
class Again:
    """One hand-out that looks for items to be asked about again."""

    runtime: Runtime
    shelf: Shelf
    asking: Asking
    ranking: Ranking

    def repeats(self, count: int, *, size: int, without: set[int]) -> list[Pick]:
        """Items drawn from those with one label; `size` is that of the batch."""
        expected = size * policy.REPEAT_SHARE
        return [
            _pick(step.candidate, Asked.BLIND_REPEAT, probability=min(1.0, expected * step.score))
            for step in self._next(Asked.BLIND_REPEAT, count, without)
        ]

    def doubts(self, count: int, *, without: set[int]) -> list[Pick]:
        """Items of which another label is worth more than the first of any other."""
        return [
            _pick(step.candidate, Asked.DOUBT, score=step.score)
            for step in self._next(Asked.DOUBT, count, without)
        ]

    def rest(self, count: int, *, without: set[int]) -> list[Pick]:
        """Where no item is left without a label: others that may have more, in random order."""
        project = self.asking.project
        if count <= 0 or project.labels_per_item == 1:
            return []
        offered = offers.count(self.shelf.session, self.asking, again=True)
        found = candidates.at_random(
            self.shelf.session,
            self.asking,
            self.runtime.chance,
            limit=count,
            without=without,
            again=True,
        )
        chance = min(1.0, count / max(1, offered))
        return [_pick(each, Strategy.RANDOM, probability=chance, is_share=False) for each in found]

    def _next(self, asked: Asked, count: int, without: set[int]) -> list[Step]:
        """The next items that somebody else has labelled and nobody holds."""
        if count <= 0:
            return []
        walk = down_rechecks(self.runtime, self.shelf, self.asking, self.ranking, asked)
        return walk.next_free(count, without=without, insists=False)


def _pick(
    candidate: candidates.Candidate,
    strategy: Asked | Strategy,
    *,
    score: float | None = None,
    probability: float | None = None,
    is_share: bool = True,
) -> Pick:
    return Pick(
        candidate=candidate,
        reason=Reason.RELABEL,
        strategy=str(strategy),
        is_share=is_share,
        probability=probability,
        score=score,
    )
