"""Catches workers in the middle of a stage: stops them there, looks, and lets go or kills."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from service.domain.runs import LIVE, RunState, Stage
from service.store import database
from service.store.tables.learning import Run, RunShard
from tests.journeys.machine import Machine

LOOK_EVERY = 0.002


class StageWatch:
    """A look into the database that the workers work on."""

    def __init__(self, machine: Machine, readers: sessionmaker[Session]) -> None:
        self._machine = machine
        self._readers = readers

    def kill_workers_in(self, stage: Stage, *, seconds: float = 30) -> UUID:
        """Kill the workers while one is in a stage; answer the run that it was working on."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._run_in(stage) is not None:
                self._machine.freeze("workers")
                run_id = self._run_in(stage)
                if run_id is not None:
                    self._machine.kill("workers")
                    return run_id
                self._machine.thaw("workers")
            time.sleep(LOOK_EVERY)
        raise AssertionError(f"no worker was seen in {stage} within {seconds:.0f} s")

    def is_over(self, run_id: UUID) -> bool:
        """Whether a run has come to its end."""
        return not self.state(run_id).is_live

    def state(self, run_id: UUID) -> RunState:
        """How a run stands."""
        with self._readers() as session:
            return RunState(session.get_one(Run, run_id).state)

    def _run_in(self, stage: Stage) -> UUID | None:
        query = select(Run.id).where(Run.stage == stage, Run.state.in_(LIVE))
        if stage is Stage.SCORE:
            query = query.join(RunShard, RunShard.run_id == Run.id).where(
                RunShard.lease_until.is_not(None)
            )
        else:
            query = query.where(Run.lease_until.is_not(None))
        with self._readers() as session:
            return session.scalar(query.limit(1))


@contextmanager
def watching(machine: Machine) -> Iterator[StageWatch]:
    """Open the machine's database beside it."""
    opened = database.connect(machine.settings.database)
    try:
        yield StageWatch(machine, opened.readers)
    finally:
        opened.engine.dispose()
