"""Fixtures of the worker tests: a project whose loop can be driven by hand."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import select

from service.config import Settings
from service.domain.runs import Stage
from service.runtime import Runtime
from service.store import shards
from service.store.tables.learning import Run
from service.store.tables.pool import Project
from tests.api import Api
from tests.fakes import FrozenClock, RecordingQueue
from tests.workers.encoders import tiny
from tests.workers.loop import deliver, work_off
from workers.pool.growth import Growth


@dataclass
class Pool:
    """A project of points in the plane; the class is the side of the vertical axis."""

    api: Api
    runtime: Runtime
    queue: RecordingQueue
    clock: FrozenClock
    path: str = ""

    def make(self, **settings: Any) -> "Pool":
        """Make the project; its estimator is the quickest, unless another one is asked for."""
        usual: dict[str, Any] = {"batch": {"audit_share": 0.0, "coverage_share": 0.0}}
        if settings.get("input", {}).get("type") != "scores":  # for which nothing is trained
            usual["estimator"] = "logistic"
        self.path = self.api.make_project(**(usual | settings))
        return self

    def add(self, count: int, *, seed: int = 0) -> "Pool":
        """Register points, and let the workers rank them."""
        points = np.random.default_rng(seed).normal(size=(count, 2))
        self.api.add_vectors(
            self.path, {f"{seed}-{n}": point.tolist() for n, point in enumerate(points)}
        )
        return self

    def side(self, key: str) -> str:
        """The true class of a point."""
        seed, number = map(int, key.split("-"))
        points = np.random.default_rng(seed).normal(size=(number + 1, 2))
        return "fine" if points[number, 0] < 0 else "defect"

    def label(self, *numbers: int, seed: int = 0) -> Any:
        """Label points with their true class."""
        keys = [f"{seed}-{number}" for number in numbers]
        return self.api.label(self.path, {key: self.side(key) for key in keys})

    def leave_gap(self, rows: int) -> None:
        """Leave positions to nobody, as an upload does that broke off."""
        with self.runtime.sessions.begin() as session:
            project = session.merge(self.row())
            last = shards.find_last(session, project.id)
            growth = Growth(self.runtime.blobs, project, last, full=65_536)
            growth.leave_empty(rows)
            shards.put(session, growth.close())
            project.next_position += rows
            project.encoded += rows

    def work(self, *, until: Stage | None = None) -> list[Stage]:
        """Let the workers work; a second passes, so that runs have an order.

        Answer what was done for the ranking; reports, and what they need, come behind it.
        """
        self.clock.advance(1)
        done = work_off(self.runtime, self.queue, until=until)
        self.clock.advance(1)
        behind = {Stage.REPORT} if self.row().coverage_share else {Stage.REPORT, Stage.CLUSTER}
        return [stage for stage in done if stage not in behind]

    def row(self) -> Project:
        """The project's row."""
        with self.runtime.readers() as session:
            uid = UUID(self.path.rpartition("/")[2])
            return session.scalars(select(Project).where(Project.uid == uid)).one()

    def rows(self, table: type[Any]) -> list[Any]:
        """All rows of a table."""
        with self.runtime.readers() as session:
            return list(session.scalars(select(table)))

    def last_run(self) -> Any:
        """The newest run over the API, but for reports and what they need."""
        behind = {"report"} if self.row().coverage_share else {"report", "cluster"}
        runs = self.api.get(f"{self.path}/runs")["data"]
        return next(run for run in runs if run["kind"] not in behind)

    def order(self) -> list[str]:
        """Keys in the order in use."""
        return [row["key"] for row in self.api.get(f"{self.path}/ranking?limit=1000")["data"]]

    def configure(self, **settings: Any) -> None:
        """Go on with other settings."""
        changed = replace(self.runtime.settings, **settings)
        self.runtime = replace(self.runtime, settings=changed)

    def deliver_one(self) -> None:
        """Deliver the message that was sent first, and nothing else."""
        stage, ids = self.queue.sent.pop(0)
        deliver(self.runtime, stage, *ids)

    def took(self, seconds: float) -> None:
        """Have the runs say that scoring took so long."""
        with self.runtime.sessions.begin() as session:
            for run in session.scalars(select(Run).where(Run.scanned.is_not(None))):
                run.seconds = run.seconds | {"score": seconds}


@pytest.fixture
def pool(api: Api, runtime: Runtime, queue: RecordingQueue, clock: FrozenClock) -> Pool:
    """Not made yet: a test says with which settings."""
    return Pool(api, runtime, queue, clock)


@pytest.fixture
def slow(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Pool:
    """A pool of 300 points in many shards, a message each, and a version whose scans are slow."""
    monkeypatch.setattr("workers.fanout.MANY_SHARDS", 2)
    monkeypatch.setattr("workers.arrange.FRESH", 40)
    monkeypatch.setattr("workers.arrange.LAST_BEST", 30)
    monkeypatch.setattr("workers.neighbours.NEAREST", 2)
    pool.configure(shard_rows=64, worker_processes=5)
    retrain = {"min_labels": 10}
    pool.make(strategy="margin", estimator="logistic", seed=1, retrain=retrain).add(300)
    pool.work()
    pool.label(*range(10))
    pool.work()
    pool.took(5.0)
    return pool


@pytest.fixture(scope="session")
def tiny_encoders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for `ENCODERS_DIR`: a text encoder that is small, and means nothing."""
    return tiny.encoders(tmp_path_factory.mktemp("encoders"))


@pytest.fixture(scope="session")
def real_encoders() -> Path:
    """The folder that `make encoders` has filled."""
    folder = Settings.from_environ().encoders_path
    if not (folder / "minilm").exists():
        pytest.skip(f"{folder} holds no text encoder: `make encoders` builds it")
    return folder
