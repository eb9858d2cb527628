"""Simulations: frozen labels, replays that each count once, one comparison at the end."""

from typing import Any
from uuid import UUID

import pytest

from service.domain.runs import Stage
from service.store.tables.learning import Run
from service.store.tables.simulations import Replay, Simulation
from tests.workers.conftest import Pool
from tests.workers.interrupted import interrupted
from tests.workers.loop import deliver

ASKED = {"strategies": ["margin"], "seeds": 2, "batch_size": 5, "labels": 20, "test_share": 0.5}


@pytest.fixture
def labelled(pool: Pool) -> Pool:
    """A pool of eighty points, all labelled and learned from."""
    pool.make(retrain={"min_labels": 80}).add(80)
    pool.work()
    pool.label(*range(80))
    pool.work()
    return pool


def ask(pool: Pool, **more: Any) -> UUID:
    """Ask for a simulation; answer its id."""
    return UUID(pool.api.post(f"{pool.path}/simulations", ASKED | more, 202)["id"])


def test_a_simulation_is_replayed_and_compared(labelled: Pool) -> None:
    run_id = ask(labelled)

    done = labelled.work()

    found = labelled.api.get(f"{labelled.path}/simulations/{run_id}")
    print(found)
    assert done == [Stage.SIMULATE] * 5
