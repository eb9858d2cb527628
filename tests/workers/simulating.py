"""Simulations in tests: a labelled pool, asked for what each strategy would have saved."""

from typing import Any
from uuid import UUID

from service.domain.runs import Stage
from service.store.tables.learning import Run
from service.store.tables.simulations import Replay
from tests.workers.conftest import Pool
from tests.workers.loop import deliver

ASKED = {"strategies": ["margin"], "seeds": 2, "batch_size": 5, "labels": 10, "test_share": 0.5}
ASKED |= {"estimator": "logistic"}  # which takes the least time
PATIENT = {"min_labels": 100, "max_wait_seconds": 604_800}


def label_sixty(pool: Pool, **settings: Any) -> Pool:
    """Make a pool of sixty points, all labelled."""
    pool.make(retrain=PATIENT, **settings).add(60)
    pool.work()
    pool.label(*range(60))
    return pool


def ask(pool: Pool, **more: Any) -> UUID:
    """Ask for a simulation; answer its id."""
    return UUID(pool.api.post(f"{pool.path}/simulations", ASKED | more, 202)["id"])


def answer(pool: Pool, run_id: UUID) -> Any:
    """A simulation as the API shows it."""
    return pool.api.get(f"{pool.path}/simulations/{run_id}")


def begin(pool: Pool, **more: Any) -> UUID:
    """Ask for a simulation, and let it be fanned out."""
    run_id = ask(pool, **more)
    ((stage, ids),) = pool.queue.take()
    deliver(pool.runtime, stage, *ids)
    return run_id


def work_on(pool: Pool, message: tuple[Stage, tuple[Any, ...]]) -> None:
    """Work on one message."""
    stage, ids = message
    deliver(pool.runtime, stage, *ids)


def run_of(pool: Pool, run_id: UUID) -> Run:
    """A run's row."""
    found: Run = next(row for row in pool.rows(Run) if row.id == run_id)
    return found


def curves(pool: Pool) -> list[Any]:
    """What each replay has found, by its number."""
    return [row.curve for row in sorted(pool.rows(Replay), key=lambda row: row.number)]
