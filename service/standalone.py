"""Everything on this machine: starts broker, API and workers, keeps them up, stops them."""

import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import fields, replace
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from service.actions import setup
from service.config import Settings, cores
from service.errors import ServiceError
from service.machine import address, broker, lock, orphans
from service.machine.children import Plan
from service.machine.greeting import greeting
from service.machine.stopping import Stop
from service.machine.supervisor import Supervisor
from service.machine.words import CannotStart, complain, say

START_SECONDS = 90.0
"""Longest time until the service answers."""

GIVEN_SERVER_SECONDS = 10.0
"""Longest time until a server that was given answers."""

CANNOT_START = 2
"""Exit code when there was no service."""

WORKER_NICE = 5
"""Priority of learning beside the API and the database: a third of their share of a busy core."""

SIMULATION_NICE = 19
"""Priority of replays, which take what learning leaves of the cores."""

KEPT_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(2**25), "MALLOC_TRIM_THRESHOLD_": str(2**26)}
"""What glibc gives back: else each buffer of a megabyte is new memory, which takes longer to get
than what is done with it."""


def run(settings: Settings) -> int:
    """Run the whole service until a signal; return the exit code."""
    with Stop() as stop:
        try:
            held = lock.take(settings.data_path, stop)
            if held is not None:
                _serve(settings, stop, held)
        except CannotStart as reason:
            complain(f"Cannot start: {reason}")
            return CANNOT_START
    return 0


def _serve(settings: Settings, stop: Stop, held: lock.Lock) -> None:
    record = settings.data_path / "run.json"
    with ExitStack() as at_end:
        at_end.callback(held.release)
        if orphans.end(record):
            say("Ended what a killed instance had left running.")
        address.check(settings.host, settings.port)
        socket = broker.socket_path(settings)
        at_end.callback(broker.forget_socket, settings, socket)
        supervisor = at_end.enter_context(Supervisor(stop, record=record))
        at_end.callback(held.say_stopping)
        say("Starting.")
        settings = _with_broker(settings, supervisor, socket)
        _start_and_watch(settings, stop, supervisor)
        say("Stopping.")
    say("Stopped.")


def _with_broker(settings: Settings, supervisor: Supervisor, socket: Path) -> Settings:
    """Start the embedded broker unless another is given; return the settings that name it."""
    what, seconds = "the server of REDIS_URL", GIVEN_SERVER_SECONDS
    if not settings.redis_url:
        supervisor.start(broker.plan(settings, socket=socket))
        settings = replace(settings, redis_url=f"unix://{socket}?db=0")
        what, seconds = "the broker", START_SECONDS
    supervisor.wait_for(what, lambda: broker.answers(settings.redis), seconds=seconds)
    return settings


def _start_and_watch(settings: Settings, stop: Stop, supervisor: Supervisor) -> None:
    if stop.asked:
        return
    new_key = _prepare(settings)
    for plan in plans(settings, os.environ):
        supervisor.start(plan)
    supervisor.wait_for(
        "the service",
        lambda: address.answers(settings.host, settings.port, "/readyz"),
        seconds=START_SECONDS,
    )
    if not stop.asked:
        say(greeting(settings, key_file=_key_file(settings), new_key=new_key))
        supervisor.run()


def _prepare(settings: Settings) -> str | None:
    """Migrate the database and return the first key, if it was made now."""
    try:
        key = setup.prepare(settings)
    except (ServiceError, SQLAlchemyError, CommandError, ImportError, OSError) as error:
        words = str(error).partition("\n")[0]
        raise CannotStart(f"the database cannot be used: {words}") from error
    if key:
        write_key(_key_file(settings), key)
    return key


def write_key(path: Path, key: str) -> None:
    """Write a secret whole or not at all, for its owner alone."""
    # A name nobody could foresee, opened exclusively with mode 600, then put in place.
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".key-")
    with os.fdopen(descriptor, "w") as file:
        # No line end: programs that read the file whole put it into a header.
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    Path(draft).replace(path)


def plans(settings: Settings, environ: Mapping[str, str]) -> list[Plan]:
    """Return how to run the API and the workers."""
    python = (sys.executable, "-X", f"service={settings.data_path}", "-m")
    environment = _environment(settings, environ)

    def plan(name: str, *words: str, turn: int, seconds: float, nice: int = 0) -> Plan:
        return Plan(
            name=name,
            # Python ignores the option; `ps` and `orphans` tell by it whose process this is.
            command=(*python, *words),
            mark=" ".join(python[1:]),
            environment=environment,
            log=settings.data_path / "logs" / f"{name}.log",
            stop_turn=turn,
            stop_seconds=seconds,
            nice=nice,
        )

    gunicorn = ("gunicorn", "-c", "python:service.serving", "service.wsgi:app")
    return [
        plan("api", *gunicorn, turn=0, seconds=3.0),
        plan("workers", "workers", turn=1, seconds=4.5, nice=WORKER_NICE),
        plan("predict", "workers", "predict", turn=1, seconds=4.5),
        plan("simulate", "workers", "simulate", turn=1, seconds=4.5, nice=SIMULATION_NICE),
    ]


def _environment(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the children: the settings in use, and what the machine needs."""
    here = str(Path(__file__).parent.parent)
    threads = str(max(1, cores() // settings.workers))
    given = {each.name.upper(): str(getattr(settings, each.name)) for each in fields(settings)}
    return {
        # The libraries would start a thread a core in every process.
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        **KEPT_MEMORY,
        "PROMETHEUS_MULTIPROC_DIR": str(settings.data_path / "metrics"),
        # macOS ends a forked process that touches its frameworks; on Linux nobody reads this.
        "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",
        **environ,
        **given,
        "DATA_DIR": str(settings.data_path),
        "PYTHONPATH": os.pathsep.join(filter(None, (here, environ.get("PYTHONPATH")))),
        "PYTHONUNBUFFERED": "1",
    }


def _key_file(settings: Settings) -> Path:
    return settings.data_path / "admin.key"
