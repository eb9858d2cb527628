"""Some units of selection over HTTP: what is compared, and that services come and go."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks import machine
from benchmarks.bench.site import ROOT
from benchmarks.client import Address
from benchmarks.selection import __main__ as command
from benchmarks.selection import cold, http, noise, units
from benchmarks.selection.units import Found, Store, Unit
from tests.processes import commands

COLD = ["--only", "http", "--data", "cold/digits", "--seeds", "1", "--processes", "1"]


def unit(case: str, arm: str, seed: int = 0) -> Unit:
    return Unit(experiment="http", data=case, arm=arm, seed=seed)


def curve(*accuracies: float) -> Found:
    return {
        "labels": [10 * number for number in range(1, len(accuracies) + 1)],
        "accuracy": list(accuracies),
        "area": float(np.mean(accuracies)),
    }


def test_what_is_over_http_stands_beside_the_same_seeds_in_process() -> None:
    found = {
        unit("areas/digits", "http", 0): curve(0.5, 0.6, 0.7),
        unit("areas/digits", "in_process", 0): curve(0.5, 0.6, 0.703),
        unit("areas/digits", "http", 1): curve(0.5, 0.6, 0.7),
    }

    (row,) = http.table(found)

    assert (row.what, row.seeds) == ("digits, areas", 1)
    assert (row.value, row.reference) == (pytest.approx(0.6), pytest.approx(0.601))
    assert row.is_reached
    assert row.note == "at most 0.00100 apart; the same up to 20 labels"


def test_without_chance_the_last_digit_counts() -> None:
    found = {
        unit("cold/digits", "http"): curve(0.8, 0.84),
        unit("cold/digits", "in_process"): curve(0.8, 0.8401),
    }

    (row,) = http.table(found)

    assert not row.is_reached


def test_a_published_area_is_told_to_five_digits() -> None:
    arms = ("http", "in_process")
    found: dict[Unit, Found] = {unit("published/heart", arm): {"area": 0.819411} for arm in arms}
    found |= {unit("published/heart", arm, 9): {"area": None} for arm in arms}

    (row,) = http.table(found)

    assert (row.value, row.seeds, row.is_reached) == (0.819411, 1, True)
    assert row.note == "at most 0.00000 apart; 1 of 1 single seeds to five digits"


def test_the_expert_teaches_what_is_heard_and_judges_by_what_is_true(tmp_path: Path) -> None:
    like = Unit(experiment="noise", data="digits", arm="auto", seed=1)
    heard, true = noise.trial(like, tmp_path), cold.trial(like, tmp_path)

    given, right = http.lesson(heard), http.lesson(true)

    mistaken = [a != b for a, b in zip(given.truth, right.truth, strict=True)]
    assert np.mean([mistaken[row] for row in given.pool]) == pytest.approx(noise.WRONG, abs=0.03)
    assert not any(mistaken[row] for row in given.test)
    assert not set(given.pool) & set(given.test)


def test_alone_a_trial_knows_nothing_of_what_is_held_out(tmp_path: Path) -> None:
    trial = cold.trial(Unit(experiment="cold", data="digits", arm="auto", seed=1), tmp_path)

    alone = http.alone(trial)

    learned = trial.pool.features[trial.training]
    assert np.array_equal(alone.pool.features[alone.training], learned)
    assert alone.pool.moments.mean == pytest.approx(learned.mean(axis=0))
    assert np.array_equal(alone.test.features, trial.test.features)


def test_a_service_that_is_down_is_told_and_loses_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "units.jsonl")
    store.keep(kept := unit("cold/digits", "http", 0), curve(0.8, 0.9))
    nobody = Address(url=f"http://127.0.0.1:{machine.free_port()}", key="none")
    wanted = [kept, unit("cold/digits", "http", 1)]

    ((failed, problem),) = units.run(wanted, store, tmp_path, processes=1, services=[nobody])

    assert failed == wanted[1]
    assert problem is not None
    assert problem.startswith("Refused: the service does not answer: ")
    assert list(Store(tmp_path / "units.jsonl").of(wanted)) == [kept]


@pytest.mark.journey
def test_the_start_of_a_project_is_the_same_over_http(tmp_path: Path) -> None:
    given = [str(tmp_path), *COLD, "--out", str(tmp_path / "out")]

    codes = [command.main(given), command.main(given)]

    (row,) = json.loads((tmp_path / "out" / "tables.json").read_text())["tables"]["http"]["rows"]
    assert codes == [0, 0]
    assert row["value"] == row["reference"]
    assert row["note"].endswith("the same up to 20 labels")
    assert len((tmp_path / "out" / "units.jsonl").read_text().splitlines()) == 2


@pytest.mark.journey
def test_a_stop_leaves_no_service_behind(tmp_path: Path) -> None:
    folder, out = tmp_path / "temporary", tmp_path / "out"
    folder.mkdir()
    stopped = begin([str(tmp_path), *COLD, "--out", str(out)], temporary=folder)
    assert stopped.stdout
    assert "in_process" in stopped.stdout.readline()
    while not list(folder.glob("benchmark-*/blobs/*/*")):  # there are items
        assert stopped.poll() is None
        time.sleep(0.05)
    for _ in range(2):
        stopped.send_signal(signal.SIGINT)  # the second must not disturb the tidying up
        time.sleep(0.2)

    said, _ = stopped.communicate(timeout=60)

    assert stopped.returncode == 130, said
    assert list(folder.glob("benchmark-*")) == []
    assert str(folder) not in commands()
    assert len((out / "units.jsonl").read_text().splitlines()) == 1


def begin(words: list[str], *, temporary: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "benchmarks.selection", *words],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
