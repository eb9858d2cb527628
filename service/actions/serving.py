"""Choosing what a batch holds: its shares, then the ranking, then what is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from service.actions import picks
from service.actions.again import Again
from service.actions.picks import Pick
from service.actions.walking import down_coverage, down_ranking
from service.domain import policy
from service.domain.catalogue import Asked, Reason, Strategy
from service.runtime import Runtime
from service.store import candidates, offers, slots
from service.store.candidates import Asking
from service.store.tables.labelling import Batch
from service.store.tables.learning import Ranking

_MOST_ROUNDS = 6
"""Rounds of choosing of which rivals took something, before a batch is left short."""


@dataclass(frozen=True, kw_only=True)
class Counter:
    """One hand-out at work: who asks, of which ranking, into which batch."""

    runtime: Runtime
    session: Session
    asking: Asking
    ranking: Ranking
    batch: Batch

    def pick(self, size: int) -> list[Pick]:
        """Choose and lease up to `size` items, in the order they are shown.

        Everything is chosen first and leased at once; what rivals took is chosen anew.
        """
        project = self.asking.project
        is_again = project.labels_per_item > 1
        mix = policy.mix(
            size,
            audit_share=project.audit_share if project.audit_threshold else 0.0,
            coverage_share=project.coverage_share,
            repeat_share=policy.REPEAT_SHARE if is_again else 0.0,
            doubt_share=policy.DOUBT_SHARE if is_again else 0.0,
            draw=self.runtime.chance.random(),
        )
        had: list[Pick] = []
        for _ in range(_MOST_ROUNDS):
            chosen = self._choose(mix, size, had)
            got = self._lease(chosen)
            had += got
            if len(got) == len(chosen):
                break
        return picks.shuffled(had, self.runtime.chance)

    def _choose(self, mix: policy.Mix, size: int, had: Sequence[Pick]) -> list[Pick]:
        wanted: dict[str, int] = {
            Reason.AUDIT: mix.audit,
            Reason.COVERAGE: mix.coverage,
            Asked.BLIND_REPEAT: mix.repeats,
            Asked.DOUBT: mix.doubts,
        }
        for pick in had:
            if pick.is_share:
                wanted[pick.share] -= 1
        again = Again(
            runtime=self.runtime, session=self.session, asking=self.asking, ranking=self.ranking
        )
        taken = list(had)
        taken += self._audit(wanted[Reason.AUDIT], without=taken, is_share=True)
        taken += self._coverage(
            wanted[Reason.COVERAGE],
            expected=size * self.asking.project.coverage_share,
            without=taken,
        )
        taken += again.repeats(wanted[Asked.BLIND_REPEAT], size=size, without=taken)
        taken += again.doubts(wanted[Asked.DOUBT], without=taken)
        taken += self._ranked(size - len(taken), without=taken)
        taken += self._unranked(size - len(taken), without=taken)
        taken += self._audit(size - len(taken), without=taken)
        taken += again.rest(size - len(taken), without=taken)
        return taken[len(had) :]

    def _audit(self, count: int, *, without: Sequence[Pick], is_share: bool = False) -> list[Pick]:
        project = self.asking.project
        if not project.audit_threshold:
            return []
        found = candidates.of_reserve(
            self.session, self.asking, limit=count, without=picks.positions(without)
        )
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

    def _coverage(self, count: int, *, expected: float, without: Sequence[Pick]) -> list[Pick]:
        """The next of the coverage order; by chance where there is none, or no more of it."""
        if count <= 0:
            return []
        walk = down_coverage(self.runtime, self.session, self.asking, self.ranking)
        found = [
            Pick(
                candidate=step.candidate,
                reason=Reason.COVERAGE,
                strategy="least_covered",
                is_share=True,
                probability=step.score,
            )
            for step in walk.next_free(count, without=set(picks.positions(without)), insists=False)
        ]
        return found + self._drawn(
            count - len(found),
            Reason.COVERAGE,
            expected=expected,
            without=[*without, *found],
            is_share=True,
        )

    def _ranked(self, count: int, *, without: Sequence[Pick]) -> list[Pick]:
        if count <= 0:
            return []
        is_random = self.ranking.strategy == Strategy.RANDOM
        probability = min(1.0, count / self._offered) if is_random and self._offered else None
        walk = down_ranking(self.runtime, self.session, self.asking, self.ranking)
        return [
            Pick(
                candidate=step.candidate,
                reason=Reason(self.ranking.reason),
                strategy=self.ranking.strategy,
                probability=probability,
                place=step.place,
                score=step.score,
            )
            for step in walk.next_free(count, without=set(picks.positions(without)))
        ]

    def _unranked(self, count: int, *, without: Sequence[Pick]) -> list[Pick]:
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
        without: Sequence[Pick],
        is_share: bool = False,
    ) -> list[Pick]:
        if count <= 0 or not self._offered:
            return []
        chance = self.runtime.chance
        found = candidates.at_random(
            self.session, self.asking, chance, limit=count, without=picks.positions(without)
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
        return offers.count(self.session, self.asking)

    def _lease(self, chosen: Sequence[Pick]) -> list[Pick]:
        wanted = [pick.candidate for pick in chosen]
        asking = self.asking
        got = slots.take(self.session, asking.project, self.batch, wanted, now=asking.now)
        return [pick for pick in chosen if pick.candidate.position in got]
