"""`python -m benchmarks.bench`, in small, against real services."""

import importlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.bench.site import ROOT
from tests.processes import commands

bench = importlib.import_module("benchmarks.bench.__main__")


def test_a_name_that_is_no_figure_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        bench.main(["--only", "rank_100k,speed"])

    assert "speed: not one of rank_1m_k2" in capsys.readouterr().err


def test_a_table_can_be_printed_from_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {
        "name": "linear", "value": 1.0, "unit": "s", "base": None, "base_of": "", "ratio": None,
        "target": "at most 2 s", "is_reached": True, "note": "", "is_marked": False,
        "commit": "abc", "measured_at": "2026-11-22T10:00:00+00:00",
    }  # fmt: skip
    machine = {"cores": 2, "cpu": "c", "memory_gb": 24.0, "python": "3.11", "postgres": "18"}
    file = tmp_path / "latest.json"
    file.write_text(json.dumps({"machine": machine, "scale": 1, "rows": [row]}))

    assert bench.main(["--markdown", str(file)]) == 0

    assert "| linear | 1 s |  |  | at most 2 s | yes |" in capsys.readouterr().out


@pytest.mark.journey
def test_a_figure_is_measured_and_nothing_is_left(tmp_path: Path) -> None:
    out = tmp_path / "figures.json"
    words = ["--scale", "0.001", "--only", "rank_100k", "--dir", str(tmp_path)]

    done = run([*words, "--out", str(out)])
    said, _ = done.communicate(timeout=120)

    assert done.returncode == 0, said
    found = json.loads(out.read_text())
    assert [row["name"] for row in found["rows"]] == ["rank_100k"]
    assert all(row["value"] > 0 and row["base"] > 0 for row in found["rows"])
    assert {"rank", "retrain", "score"} <= set(found["rows"][0]["details"]["stages"])
    assert found["machine"]["cores"] >= 1
    assert [each.name for each in tmp_path.iterdir()] == ["figures.json"]


@pytest.mark.journey
def test_a_stop_leaves_nothing_behind(tmp_path: Path) -> None:
    stopped = run(["--scale", "0.001", "--only", "rank_100k", "--dir", str(tmp_path)])
    assert stopped.stdout
    for line in stopped.stdout:
        if "registering" in line:
            break
    stopped.send_signal(signal.SIGINT)
    time.sleep(0.2)
    stopped.send_signal(signal.SIGINT)  # which must not disturb the tidying up

    said, _ = stopped.communicate(timeout=60)

    assert stopped.returncode == 130, said
    assert list(tmp_path.iterdir()) == []
    assert str(tmp_path) not in commands()


def run(words: list[str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "benchmarks.bench", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
