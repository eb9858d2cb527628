"""Choosing what a batch holds: audit and coverage shares, then the ranking, then what is left."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from service.domain import policy
from service.domain.catalogue import Reason, Strategy
from service.runtime import Runtime
from service.store import candidates, rankings, slots
from service.store.candidates import Asking, Candidate
from service.store.tables.labelling import Batch
from service.store.tables.learning import Ranking

_MORE = 8
"""Candidates asked for beyond those needed, since rivals take some."""
_MOST_LOST = 5
"""Draws of which rivals took everything, before a batch is left short."""


@dataclass(frozen=True, kw_only=True)
class Pick:
    """An item that is served, and why."""

    candidate: Candidate
    reason: Reason
    strategy: str
    probability: float | None


@dataclass(frozen=True, kw_only=True)
class Counter:
    """One hand-out at work: who asks, of which ranking, into which batch."""

    runtime: Runtime
    session: Session
    asking: Asking
    ranking: Ranking
    batch: Batch

    def pick(self, size: int) -> list[Pick]:
        """Choose and lease up to `size` items, in the order they are shown."""
        project = self.asking.project
        chance = self.runtime.chance
        mix = policy.mix(
            size,
            audit_share=project.audit_share if project.audit_threshold else 0.0,
            coverage_share=project.coverage_share,
            draw=chance.random(),
        )
        audit = self._audit(mix.audit)
        coverage = self._coverage(mix.coverage, expected=size * project.coverage_share)
        special = [*audit, *coverage]
        main = self._ranked(size - len(special))
        main += self._unranked(size - len(special) - len(main), without=[*special, *main])
        main += self._audit(size - len(special) - len(main))
        return self._shuffled(main, special)

    def _audit(self, count: int) -> list[Pick]:
        def ask(_: int, wanted: int) -> list[Candidate]:
            return candidates.of_reserve(self.session, self.asking, limit=wanted + _MORE)

        probability = self.asking.project.audit_threshold
        return [
            Pick(candidate=c, reason=Reason.AUDIT, strategy="audit", probability=probability)
            for c in self._take(ask, count)
        ]

    def _coverage(self, count: int, *, expected: float) -> list[Pick]:
        return self._drawn(count, Reason.COVERAGE, expected=expected, without=[])

    def _ranked(self, count: int) -> list[Pick]:
        is_random = self.ranking.strategy == Strategy.RANDOM
        offered = candidates.count_offered(self.session, self.asking) if is_random else 0
        probability = min(1.0, count / offered) if offered else None
        return [
            Pick(
                candidate=c,
                reason=Reason(self.ranking.reason),
                strategy=self.ranking.strategy,
                probability=probability,
            )
            for c in self._take(self._next_ranked, count)
        ]

    def _unranked(self, count: int, *, without: Iterable[Pick]) -> list[Pick]:
        """Items that came after the ranking was made, in random order."""
        is_cold = self.ranking.version_id is None
        reason = Reason.COLD_START if is_cold else Reason.RANDOM
        taken = [pick.candidate.position for pick in without]
        return self._drawn(count, reason, expected=count, without=taken)

    def _next_ranked(self, after: int, wanted: int) -> list[Candidate]:
        args = (self.session, self.asking, self.ranking)
        while True:
            found = candidates.by_rank(*args, after=after, limit=wanted + _MORE)
            if len(found) >= wanted or not rankings.refill(
                self.session, self.runtime.blobs, self.ranking
            ):
                return found

    def _drawn(
        self, count: int, reason: Reason, *, expected: float, without: list[int]
    ) -> list[Pick]:
        if count <= 0:
            return []
        offered = candidates.count_offered(self.session, self.asking)

        def ask(_: int, wanted: int) -> list[Candidate]:
            return candidates.at_random(
                self.session, self.asking, self.runtime.chance, limit=wanted, without=without
            )

        return [
            Pick(
                candidate=c,
                reason=reason,
                strategy=str(Strategy.RANDOM),
                probability=min(1.0, expected / offered) if offered else None,
            )
            for c in self._take(ask, count)
        ]

    def _take(self, ask: Callable[[int, int], list[Candidate]], count: int) -> list[Candidate]:
        """Lease the first `count` candidates that can be had, in the order they come."""
        had: list[Candidate] = []
        after, lost = 0, 0
        while len(had) < count and lost < _MOST_LOST:
            found = ask(after, count - len(had))[: count - len(had)]
            if not found:
                break
            positions = [candidate.position for candidate in found]
            got = slots.take(
                self.session,
                self.asking.project,
                self.batch,
                positions,
                now=self.asking.now,
            )
            had += [candidate for candidate in found if candidate.position in got]
            after = found[-1].place
            # Behind a place there is always less left; a draw might lose to rivals for ever.
            lost += not got and not after
        return had

    def _shuffled(self, main: list[Pick], special: list[Pick]) -> list[Pick]:
        """Keep the ranking's order, with audit and coverage items at random places in it."""
        chance = self.runtime.chance
        chance.shuffle(special)
        places = set(chance.sample(range(len(main) + len(special)), len(special)))
        ordered, hidden = iter(main), iter(special)
        return [
            next(hidden) if place in places else next(ordered)
            for place in range(len(main) + len(special))
        ]
