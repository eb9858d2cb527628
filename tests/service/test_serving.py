"""gunicorn reads the settings of the service from `service.serving`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SHOW = (
    "import json, service.serving as s; s.on_starting(None); "
    "print(json.dumps([s.bind, s.workers, s.threads, s.worker_class, s.graceful_timeout]))"
)


def show(**environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SHOW], env=environ, capture_output=True, text=True, check=False
    )


def test_address_and_sizes_come_from_the_environment(tmp_path: Path) -> None:
    counts = tmp_path / "metrics" / "counter_17.db"
    counts.parent.mkdir()
    counts.write_text("of an earlier start")

    shown = show(
        HOST="::", PORT="81", API_PROCESSES="3", PROMETHEUS_MULTIPROC_DIR=str(counts.parent)
    )

    assert json.loads(shown.stdout) == ["[::]:81", 3, 40, "gthread", 2]
    assert not counts.exists()


@pytest.mark.parametrize(
    ("database", "processes"),
    [("", 1), ("sqlite:////tmp/some.db", 1), ("postgresql+psycopg://somebody@somewhere/db", 2)],
)
def test_one_process_shares_the_writer_of_sqlite(
    tmp_path: Path, database: str, processes: int
) -> None:
    shown = show(DATABASE_URL=database, PROMETHEUS_MULTIPROC_DIR=str(tmp_path / "metrics"))

    assert json.loads(shown.stdout)[1] == processes


def test_a_setting_that_does_not_read_is_one_clear_line() -> None:
    shown = show(PORT="abc")

    assert shown.returncode == 1
    assert shown.stderr == "Cannot start: PORT='abc' is not a number.\n"
