"""Pieces of an experiment: done in parallel, kept one by one, never done twice."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from importlib import import_module
from itertools import product
from multiprocessing import active_children, get_context
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import Any

from benchmarks.client import Address
from benchmarks.selection import serving

Found = dict[str, Any]
THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, kw_only=True, order=True)
class Unit:
    """One way through one data set from one seed."""

    seed: int
    experiment: str
    data: str
    arm: str

    @property
    def key(self) -> str:
        """What it is kept under."""
        return f"{self.experiment}/{self.data}/{self.arm}/{self.seed}"


Done = tuple[Unit, str | None]
"""A unit, and what went wrong with it, if anything did."""


def every(experiment: str, *, data: Iterable[str], arms: Iterable[str], seeds: int) -> list[Unit]:
    """Give the units of all data sets, arms and seeds."""
    return [
        Unit(experiment=experiment, data=name, arm=arm, seed=seed)
        for name, arm, seed in product(data, arms, range(seeds))
    ]


def picked(
    found: Mapping[Unit, Found], *, data: str | None = None, arm: str | None = None
) -> list[Found]:
    """Give what was found on a data set, by an arm, or both."""
    return [
        each
        for unit, each in found.items()
        if data in (None, unit.data) and arm in (None, unit.arm)
    ]


class Store:
    """What was found so far, a line a unit; an interrupted line is left out when it is read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: dict[str, Found] = {}
        if path.exists():
            for line in path.read_text().splitlines():
                try:
                    entry = json.loads(line)
                except json.JSONDecodeError:
                    continue
                self._found[entry["unit"]] = entry["found"]

    def __contains__(self, unit: Unit) -> bool:
        return unit.key in self._found

    def keep(self, unit: Unit, found: Found) -> None:
        """Keep what a unit found."""
        self._found[unit.key] = found
        with self._path.open("a") as file:
            file.write(json.dumps({"unit": unit.key, "found": found}) + "\n")

    def of(self, units: Sequence[Unit]) -> dict[Unit, Found]:
        """What was found by those of some units that are done."""
        return {unit: self._found[unit.key] for unit in units if unit in self}


def run(
    units: Sequence[Unit],
    store: Store,
    folder: Path,
    *,
    processes: int,
    services: Sequence[Address] = (),
) -> Iterator[Done]:
    """Do what is not done yet, the lowest seeds first; yields each unit with what went wrong.

    Args:
        services: one for each process, or none.
    """
    left = sorted(unit for unit in units if unit not in store)
    for name in THREAD_LIMITS:
        os.environ[name] = "1"  # a process a core, a thread a process
    context = get_context("spawn")
    addresses: SimpleQueue[Address] = context.SimpleQueue()
    for each in services:
        addresses.put(each)
    with ProcessPoolExecutor(
        processes, mp_context=context, initializer=serving.begin, initargs=(addresses,)
    ) as executor:
        futures: Mapping[Future[Found], Unit] = {
            executor.submit(_do, unit, folder): unit for unit in left
        }
        try:
            for future in as_completed(futures):
                unit, error = futures[future], future.exception()
                if error is None:
                    store.keep(unit, future.result())
                yield unit, None if error is None else f"{type(error).__name__}: {error}"
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            for child in active_children():
                child.terminate()  # a process that runs units holds nothing
            raise


def _do(unit: Unit, folder: Path) -> Found:
    work: Callable[[Unit, Path], Found] = import_module(
        f"benchmarks.selection.{unit.experiment}"
    ).run
    return work(unit, folder)
