"""Pieces of a run's work: each entered under a lease by one worker, done once, counted off.

The barrier is the run's `shards_left`: it goes down in the transaction that saves a piece.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select, update
from sqlalchemy.orm import Session

from service.domain.runs import LIVE, Stage
from service.store.runs import RESEND
from service.store.tables.learning import Run, RunShard
from service.store.tables.simulations import Replay
from service.store.tables.uploads import Part

P = TypeVar("P", RunShard, Part, Replay)


@dataclass(frozen=True)
class Pieces(Generic[P]):
    """The pieces in one table that one stage works on."""

    table: type[P]
    stage: Stage
    resend: timedelta = RESEND
    """After how long a message that nobody answered is sent again."""

    def enter(
        self, session: Session, run_id: UUID, number: int, *, now: datetime, lease: timedelta
    ) -> P | None:
        """Enter a piece: only in a live run at this stage, if it is not done and nobody's."""
        return next(iter(self.enter_all(session, run_id, [number], now=now, lease=lease)), None)

    def enter_all(
        self,
        session: Session,
        run_id: UUID,
        numbers: Sequence[int],
        *,
        now: datetime,
        lease: timedelta,
    ) -> list[P]:
        """Enter those of several pieces that `enter` would, in their order."""
        live = select(Run.id).where(Run.id == run_id, Run.stage == self.stage, Run.state.in_(LIVE))
        entered = session.scalars(
            update(self.table)
            .where(
                self.table.run_id.in_(live),
                self.table.number.in_(numbers),
                self.table.is_done.is_(False),
                or_(self.table.lease_until.is_(None), self.table.lease_until <= now),
            )
            .values(lease_until=now + lease, wake_at=now + lease, attempts=self.table.attempts + 1)
            .returning(self.table)
        )
        return sorted(entered, key=lambda piece: piece.number)

    def renew(
        self,
        session: Session,
        run_id: UUID,
        number: int,
        attempt: int,
        *,
        now: datetime,
        lease: timedelta,
    ) -> bool:
        """Prolong the lease of who entered at this attempt."""
        moved = (
            update(self.table)
            .where(
                self.table.run_id == run_id,
                self.table.number == number,
                self.table.attempts == attempt,
                self.table.is_done.is_(False),
                self.table.lease_until.is_not(None),
            )
            .values(lease_until=now + lease, wake_at=now + lease)
            .returning(self.table.number)
        )
        return session.scalar(moved) is not None

    def finish(
        self,
        session: Session,
        run_id: UUID,
        number: int,
        *,
        attempt: int | None = None,
        **values: Any,
    ) -> int | None:
        """Save a piece once and count it off; answer how many are left, None if too late.

        Args:
            attempt: where given, only who entered at this attempt may save.
        """
        is_fenced = () if attempt is None else (self.table.attempts == attempt,)
        saved = self._save(session, run_id, number, is_fenced, values)
        return self._count_off(session, run_id, 1) if saved else None

    def finish_all(
        self, session: Session, run_id: UUID, results: Mapping[int, Mapping[str, Any]]
    ) -> int | None:
        """Save several pieces, each once, and count them off at once; answer as `finish` does."""
        saved = sum(self._save(session, run_id, at, (), given) for at, given in results.items())
        return self._count_off(session, run_id, saved) if saved else None

    def _save(
        self,
        session: Session,
        run_id: UUID,
        number: int,
        among: Sequence[ColumnElement[bool]],
        values: Mapping[str, Any],
    ) -> bool:
        saved = (
            update(self.table)
            .where(
                self.table.run_id == run_id,
                self.table.number == number,
                self.table.is_done.is_(False),
                *among,
            )
            .values(is_done=True, lease_until=None, wake_at=None, **values)
            .returning(self.table.number)
            .execution_options(synchronize_session=False)
        )
        return session.scalar(saved) is not None

    def _count_off(self, session: Session, run_id: UUID, count: int) -> int | None:
        return session.scalar(
            update(Run)
            .where(Run.id == run_id, Run.stage == self.stage, Run.state.in_(LIVE))
            .values(shards_left=Run.shards_left - count)
            .returning(Run.shards_left)
            .execution_options(synchronize_session=False)
        )

    def let_go(
        self, session: Session, run_id: UUID, number: int, attempt: int, *, wake_at: datetime
    ) -> None:
        """Leave a piece whose attempt failed, so that it is tried again at a given time.

        One that another worker has entered since is left alone.
        """
        session.execute(
            update(self.table)
            .where(
                self.table.run_id == run_id,
                self.table.number == number,
                self.table.is_done.is_(False),
                self.table.attempts == attempt,
            )
            .values(lease_until=None, wake_at=wake_at)
        )

    def is_any_stalled(self, session: Session, *, now: datetime) -> bool:
        """Whether `list_stalled` would find one."""
        return session.scalar(self._stalled(now).limit(1)) is not None

    def list_stalled(
        self, session: Session, *, now: datetime, limit: int
    ) -> list[tuple[UUID, int]]:
        """Pieces whose message is to be sent again; their next time is put off."""
        query = self._stalled(now).limit(limit).with_for_update(of=self.table, skip_locked=True)
        found = list(session.scalars(query))
        for piece in found:
            piece.wake_at = now + self.resend
        return [(piece.run_id, piece.number) for piece in found]

    def _stalled(self, now: datetime) -> Select[P]:
        return (
            select(self.table)
            .join(Run, Run.id == self.table.run_id)
            .where(
                Run.state.in_(LIVE),
                Run.stage == self.stage,
                self.table.is_done.is_(False),
                self.table.wake_at <= now,
            )
        )


SCORED = Pieces(RunShard, Stage.SCORE)
DECODED = Pieces(Part, Stage.DECODE)
WRITTEN = Pieces(Part, Stage.WRITE)
# Each takes long, and many wait behind those that are worked on.
REPLAYED = Pieces(Replay, Stage.SIMULATE, resend=timedelta(minutes=1))
ALL: tuple[Pieces[Any], ...] = (SCORED, DECODED, WRITTEN, REPLAYED)
