"""The API starts without machine learning, and importing does nothing."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FORBIDDEN = ("sklearn", "scipy", "joblib", "pandas", "skops", "threadpoolctl", "workers")
PROGRAM = f"""
import sys
sys.modules["numpy"] = None
import {{module}}
print(sorted(set(sys.modules) & set({FORBIDDEN!r})))
"""


def run(program: str, folder: Path) -> str:
    environ = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "DATA_DIR": str(folder / "data")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_api_starts_without_numpy_and_loads_no_machine_learning(tmp_path: Path) -> None:
    for module in ("service.wsgi", "service.app", "service.cli"):
        assert run(PROGRAM.format(module=module), tmp_path) == "[]"


def test_importing_the_application_touches_no_file(tmp_path: Path) -> None:
    run("import service.app, service.cli, service.standalone", tmp_path)

    assert list(tmp_path.iterdir()) == []
