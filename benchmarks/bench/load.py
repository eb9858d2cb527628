"""The machine under a measurement: what it is, and who else works on it."""

import os
import platform
import re
import subprocess
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.bench import postgres
from benchmarks.bench.site import ROOT

LOOKS, PAUSE = 20, 0.05
PACKAGES = ("scikit-learn", "numpy", "scipy", "pyarrow", "SQLAlchemy", "celery", "hical")

BUSY = 2.5
"""Load of others above which a figure is marked."""


def others() -> float:
    """Give the mean number of runnable threads but ours, over a second in which we sleep."""
    seen = []
    for _ in range(LOOKS):
        time.sleep(PAUSE)
        found = re.search(r"^procs_running (\d+)", Path("/proc/stat").read_text(), re.M)
        seen.append(int(found.group(1)) - 1 if found else 0)
    return sum(seen) / len(seen)


def average() -> float:
    """Give the load average of the last minute."""
    return round(os.getloadavg()[0], 2)


def description() -> dict[str, Any]:
    """Say on what, and with what, the figures are taken."""
    cpu = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    return {
        "cpu": cpu.group(1) if cpu else platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "postgres": postgres.version(),
        "packages": {name: _version(name) for name in PACKAGES},
    }


def commit() -> str:
    """Say what is measured: the commit, with a plus where files differ from it."""
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return _git("rev-parse", "--short=12", "HEAD") + ("+" if changed else "")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _git(*words: str) -> str:
    said = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=False)
    return said.stdout.decode().strip()
