"""Under load API, workers and broker are killed and come back: no label is lost, no run hangs."""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest

from service.domain.runs import RunState, Stage
from tests.journeys.client import Client
from tests.journeys.load import Load
from tests.journeys.machine import Machine, until
from tests.journeys.stage_watch import StageWatch, watching

pytestmark = pytest.mark.journey

ITEMS = 4_000
DIMENSIONS = 32
RECOVERY = 30.0
"""Seconds within which what was killed must have been made good."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a disaster needs: the machine, a look into its database, and a project under load."""

    machine: Machine
    watch: StageWatch
    client: Client
    project: str
    late: Mapping[str, Any]
    """Items that are not registered yet."""


Disaster: TypeAlias = Callable[[Scene], None]


def workers_die_in(stage: Stage) -> Disaster:
    """Workers killed in a stage, and started again: their run comes to a good end."""

    def happen(scene: Scene) -> None:
        if stage is Stage.ENCODE:
            scene.client.register(scene.project, scene.late)
        run_id = scene.watch.kill_workers_in(stage)
        scene.machine.revive("workers")
        seconds = until(stage, lambda: scene.watch.is_over(run_id), seconds=RECOVERY)
        say(f"workers killed in {stage}: the run was over after {seconds:.1f} s")
        assert scene.watch.state(run_id) in {RunState.DONE, RunState.HELD}

    return happen


def an_api_process_dies(scene: Scene) -> None:
    """One process of the API killed: its master makes another."""
    before = scene.machine.api_workers()
    os.kill(before[0], signal.SIGKILL)
    more = partial(is_longer, scene.machine.api_workers, len(before))
    say(f"an API process killed: another after {until('one', more, seconds=RECOVERY):.1f} s")


def the_api_dies(scene: Scene) -> None:
    """All of the API killed and started again."""
    scene.machine.kill("api")
    scene.machine.revive("api")
    say(f"the API killed: ready after {scene.machine.wait_until_ready():.1f} s")


def the_broker_dies(scene: Scene) -> None:
    """The broker killed for a moment under work: the workers live on."""
    scene.machine.kill("broker")
    time.sleep(1)
    scene.machine.revive("broker")
    wait_for_new_rankings(scene, "the broker killed")
    assert scene.machine.is_running("workers")
    assert scene.machine.is_running("predict")


def the_broker_forgets(scene: Scene) -> None:
    """Everything in the broker deleted."""
    with scene.machine.broker() as broker:
        broker.flushall()
    wait_for_new_rankings(scene, "FLUSHALL")


API = (an_api_process_dies, the_api_dies)
BROKER = (the_broker_dies, the_broker_forgets)


@pytest.mark.parametrize(
    ("database_url", "disasters"),
    [
        ("sqlite", [workers_die_in(Stage.ENCODE), workers_die_in(Stage.SCORE), *API]),
        ("postgres", [workers_die_in(Stage.RETRAIN), workers_die_in(Stage.RANK), *API, *BROKER]),
    ],
    indirect=["database_url"],
    ids=["sqlite", "postgres"],
)
def test_killed_parts_come_back_and_no_label_is_lost(
    tmp_path: Path, database_url: str, disasters: Sequence[Disaster]
) -> None:
    pool, truth = five_clouds()
    late = {f"late-{key}": content for key, content in pool.items()}
    whole = truth | {f"late-{key}": value for key, value in truth.items()}
    with (
        Machine(tmp_path / "data", database_url, shard_rows=500) as machine,
        machine.client() as client,
        watching(machine) as watch,
    ):
        project = client.make_project(
            classes=sorted(set(truth.values())),
            input={"type": "vector", "dimensions": DIMENSIONS},
            # What is tried here is recovery; comparing estimators may take longer than it.
            estimator="logistic",
            retrain={"min_labels": 20, "share": 0.0, "max_wait_seconds": 2},
        )
        client.register(project, pool)
        client.wait_until_idle(project)
        scene = Scene(machine=machine, watch=watch, client=client, project=project, late=late)

        with Load(machine.client, project, whole) as load:
            until("a version", lambda: client.get(project)["version"] is not None, seconds=30)
            for happen in disasters:
                happen(scene)

        runs = client.wait_until_idle(project, seconds=RECOVERY)
        assert {run["state"] for run in runs} <= {"done", "held", "cancelled"}
        assert load.refusals == []
        assert load.failures > 0
        assert_every_label_is_there_once(client, project, load)
        client.wait_for_ranking(project)


def five_clouds() -> tuple[dict[str, Any], dict[str, str]]:
    """Points around five centres."""
    rng = np.random.default_rng(0)
    kinds = rng.integers(0, 5, ITEMS)
    centres = rng.normal(size=(5, DIMENSIONS))
    rows = (centres[kinds] + rng.normal(size=(ITEMS, DIMENSIONS))).round(3)
    keys = [f"item-{number}" for number in range(ITEMS)]
    names = [f"kind-{kind}" for kind in kinds]
    return dict(zip(keys, rows.tolist(), strict=True)), dict(zip(keys, names, strict=True))


def is_longer(names: Callable[[], Sequence[int]], count: int) -> bool:
    """Whether there are more than so many by now."""
    return len(names()) > count


def wait_for_new_rankings(scene: Scene, after: str) -> None:
    """Wait until labels have led to another two rankings: one may have been under way."""
    before = scene.client.get(scene.project)["ranking"]["number"]
    seconds = until(
        f"rankings after {after}",
        lambda: scene.client.get(scene.project)["ranking"]["number"] >= before + 2,
        seconds=2 * RECOVERY,
    )
    say(f"{after}: two more rankings after {seconds:.1f} s")


def assert_every_label_is_there_once(client: Client, project: str, load: Load) -> None:
    """Each label that was acknowledged is stored, and none twice."""
    rows: Sequence[Mapping[str, Any]] = client.pages(f"{project}/labels")
    stored = Counter((row["key"], row["annotator"], row["value"]) for row in rows)
    say(f"{len(load.acknowledged)} labels acknowledged, {len(rows)} stored")
    assert load.acknowledged <= set(stored)
    assert max(Counter((row["key"], row["annotator"]) for row in rows).values()) == 1


def say(words: str) -> None:
    """Tell who reads the output of the tests."""
    sys.stdout.write(f"\n{words}")
