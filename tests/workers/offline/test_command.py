"""`make simulate`: a file into tables and numbers, on all cores."""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from workers.offline import __main__ as command

ROOT = Path(__file__).parents[3]
HALF = ["--label", "side", "--test", "0.5"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A table of points in the plane; the class is the side of the vertical axis."""
    points = np.random.default_rng(0).normal(size=(60, 2))
    rows = (f"{x},{y},{'left' if x < 0 else 'right'}" for x, y in points)
    path = tmp_path / "points.csv"
    path.write_text("\n".join(["x,y,side", *rows]))
    return path


def test_a_file_is_replayed_and_its_numbers_are_written(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = file.parent / "out.json"
    words = ["--label", "side", "--strategies", "margin", "--test", "0.5", "--out", str(out)]
    words += ["--estimator", "logistic"]

    code = command.main([str(file), *words, "--seeds", "2", "--batch", "5", "--labels", "10"])

    said = " ".join(capsys.readouterr().out.split())  # as if the terminal were wide
    assert code == 0
    assert "60 labelled items of 2 classes, 2 features" in said
    assert "Accuracy, mean of 2 seeds ± 95 %" in said
    assert "margin (99 % of what random ends with):" in said
    numbers = json.loads(out.read_text())
    assert numbers["asked"]["strategies"] == ["margin", "random"]
    assert (numbers["items"], numbers["judged"]) == (60, 30)
    first = numbers["strategies"][0]
    assert [point["labels"] for point in first["curve"]] == [0, 5, 10]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for children in /proc")
def test_nothing_is_left_of_a_command_that_was_killed(file: Path) -> None:
    words = [*HALF, "--seeds", "100", "--labels", "30", "--batch", "1", "--processes", "2"]
    line = [sys.executable, "-m", "workers.offline", str(file), *words]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE) as started:
        children = Path(f"/proc/{started.pid}/task/{started.pid}/children")
        while len(children.read_text().split()) < 3:  # two, and what tracks resources
            time.sleep(0.1)

        started.kill()

        # They all hold this pipe: it ends with the last of them, or this test never does.
        assert started.stdout is not None
        assert b"Area under the curve" not in started.stdout.read()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "there is no column 'label' in the header: x, y, side"),
        (["--label", "side"], "67 labelled items are needed for batches of 10"),
        ([*HALF, "--strategies", "most_likely"], "most_likely needs POSITIVE"),
        ([*HALF, "--positive", "up"], "the positive class is not one of the classes: left, right"),
    ],
    ids=["another label", "too few items", "no class is sought", "another class"],
)
def test_a_file_that_cannot_be_replayed_is_refused(
    file: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([str(file), *words]) == 2

    assert said in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--strategies", "auto,best"], "best is none of: auto, margin"),
        (["--seeds", "0"], "must be between 1 and 100"),
        (["--test", "1"], "must be a number between 0 and 1"),
        (["--targets", "0.9,x"], "must be a number between 0 and 1"),
        (["--estimator", "oracle"], "'oracle' is not an estimator"),
        (["--estimator", '{"name": "logistic", "D": 1}'], "'D' is not a parameter"),
        (["--estimator", "{"], "Expecting property name"),
    ],
)
def test_words_that_cannot_be_meant_are_refused(
    file: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main([str(file), *words])

    assert ended.value.code == 2
    assert said in capsys.readouterr().err
