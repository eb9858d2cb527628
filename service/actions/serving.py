"""Choosing what a batch holds: its shares, then the ranking, then what is left."""

from collections import Counter as Counts
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from service.actions import picks
from service.actions.again import Again
from service.actions.picks import Pick
from service.actions.shelf import Shelf
from service.actions.ways import down_ranking
from service.domain import policy
from service.domain.catalogue import Asked, Reason, Strategy
from service.domain.orders import Order
from service.runtime import Runtime
from service.store import candidates
from service.store.candidates import Asking
from service.store.tables.labelling import Batch
from service.store.tables.learning import Ranking


@dataclass(frozen=True, kw_only=True)
class Counter:
    """One hand-out at work: who asks, of which ranking, into which batch."""

    runtime: Runtime
    shelf: Shelf
    asking: Asking
    ranking: Ranking
    batch: Batch
    mix: policy.Mix
    had: list[Pick] = field(default_factory=list)
    """What was leased to the batch by now."""

    @property
    def wanted(self) -> policy.Mix:
        """What the batch is short of."""
        had = Counts(pick.share for pick in self.had if pick.is_share)
        audit = self.mix.audit - had[Reason.AUDIT]
        coverage = self.mix.coverage - had[Reason.COVERAGE]
        repeats = self.mix.repeats - had[Asked.BLIND_REPEAT]
        doubts = self.mix.doubts - had[Asked.DOUBT]
        rest = self.batch.size - len(self.had) - audit - coverage - repeats - doubts
        return policy.Mix(
            audit=audit, coverage=coverage, strategy=rest, repeats=repeats, doubts=doubts
        )

    def choose(self, taken: set[int]) -> list[Pick]:
        """Choose what the batch is short of.

        Args:
            taken: positions that are passed over, to which those that are chosen are added.
        """
        again = Again(
            runtime=self.runtime, shelf=self.shelf, asking=self.asking, ranking=self.ranking
        )
        size, wanted = self.batch.size, self.wanted
        chosen: list[Pick] = []
        short = size - len(self.had)

        def choose(found: Sequence[Pick]) -> None:
            chosen.extend(found)
            taken.update(picks.positions(found))

        choose(self._audit(wanted.audit, without=taken, is_share=True))
        choose(self._coverage(wanted.coverage, without=taken))
        choose(again.repeats(wanted.repeats, size=size, without=taken))
        choose(again.doubts(wanted.doubts, without=taken))
        choose(self._ranked(short - len(chosen), without=taken))
        choose(self._unranked(short - len(chosen), without=taken))
        choose(self._audit(short - len(chosen), without=taken))
        choose(again.rest(short - len(chosen), without=taken))
        return chosen

    def _audit(self, count: int, *, without: set[int], is_share: bool = False) -> list[Pick]:
        project = self.asking.project
        if not project.audit_threshold:
            return []
        found = self.shelf.of_reserve(self.asking, limit=count, without=without)
        return [
            Pick(
                candidate=each,
                reason=Reason.AUDIT,
                strategy="audit",
                is_share=is_share,
                probability=project.audit_threshold,
            )
            for each in found
        ]

    def _coverage(self, count: int, *, without: set[int]) -> list[Pick]:
        """The next of the coverage order; by chance where there is none, or no more of it."""
        if count <= 0:
            return []
        found = [
            Pick(
                candidate=step.candidate,
                reason=Reason.COVERAGE,
                strategy="least_covered",
                is_share=True,
                probability=step.score,
            )
            for step in self.shelf.take(Order.COVERAGE, count, without=without)
        ]
        return found + self._drawn(
            count - len(found),
            Reason.COVERAGE,
            expected=self.batch.size * self.asking.project.coverage_share,
            without=without.union(picks.positions(found)),
            is_share=True,
        )

    def _ranked(self, count: int, *, without: set[int]) -> list[Pick]:
        if count <= 0:
            return []
        is_random = self.ranking.strategy == Strategy.RANDOM
        probability = min(1.0, count / self._offered) if is_random and self._offered else None
        steps = self.shelf.take(Order.RANKING, count, without=without)
        if len(steps) < count:
            walk = down_ranking(self.runtime, self.shelf, self.asking, self.ranking)
            have = without.union(step.candidate.position for step in steps)
            steps += walk.next_free(count - len(steps), without=have)
        return [
            Pick(
                candidate=step.candidate,
                reason=Reason(self.ranking.reason),
                strategy=self.ranking.strategy,
                probability=probability,
                place=step.place,
                score=step.score,
            )
            for step in steps
        ]

    def _unranked(self, count: int, *, without: set[int]) -> list[Pick]:
        """Items that came after the ranking was made, in random order."""
        is_cold = self.ranking.version_id is None
        reason = Reason.COLD_START if is_cold else Reason.RANDOM
        return self._drawn(count, reason, expected=count, without=without)

    def _drawn(
        self,
        count: int,
        reason: Reason,
        *,
        expected: float,
        without: set[int],
        is_share: bool = False,
    ) -> list[Pick]:
        if count <= 0 or not self._offered:
            return []
        chance = self.runtime.chance
        found = candidates.at_random(
            self.shelf.session, self.asking, chance, limit=count, without=without
        )
        return [
            Pick(
                candidate=each,
                reason=reason,
                strategy=str(Strategy.RANDOM),
                is_share=is_share,
                probability=min(1.0, expected / self._offered),
            )
            for each in found
        ]

    @cached_property
    def _offered(self) -> int:
        """How many items could be served when the choice began."""
        return self.shelf.offered(self.asking)
