"""How gunicorn serves the API. One of the modules that are read for their names, by gunicorn."""

import importlib
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from service.config import Settings
from service.machine.address import joined

try:
    _settings = Settings.from_environ()
except ValueError as error:
    sys.exit(f"Cannot start: {error}.")

bind = joined(_settings.host, _settings.port)
workers = _settings.gunicorn_workers
threads = _settings.api_threads
worker_class = "gthread"
loglevel = _settings.log_level.lower()
accesslog = None
# A worker shows that it lives by touching a file: in memory, so that a slow disk cannot kill it.
worker_tmp_dir = str(Path("/dev") / "shm") if (Path("/dev") / "shm").is_dir() else None
timeout = 60
# Streams and waiting predictions must not hold up a stop, which has 10 s for all parts.
graceful_timeout = 2
# Longer than a person thinks: at 2 s, the default, it closes as the next request is on its way.
keepalive = 30
# It wants a writable home, and nobody here talks to it.
control_socket_disable = True

# Set before any worker imports prometheus_client, which looks for it then.
os.environ.setdefault(
    "PROMETHEUS_MULTIPROC_DIR", str(Path(tempfile.gettempdir()) / f"metrics-{os.getpid()}")
)


def on_starting(server: Any) -> None:
    """Forget the counts of processes of an earlier start."""
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for counts in folder.glob("*.db"):
        counts.unlink()


def child_exit(server: Any, worker: Any) -> None:
    """Drop the gauges of a process that is gone."""
    importlib.import_module("prometheus_client.multiprocess").mark_process_dead(worker.pid)
