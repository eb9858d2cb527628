"""A pool into a project, in one streamed upload, until it is ranked."""

import itertools
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from benchmarks.bench import pools
from benchmarks.bench.caller import Caller, body_of, until
from benchmarks.bench.corpora import Corpus
from benchmarks.bench.pools import Pool
from benchmarks.client import LIVE, ROWS

ARROW, NDJSON = "application/vnd.apache.arrow.stream", "application/x-ndjson"
PATIENCE_SECONDS = 3600.0
POLL_SECONDS = 0.1
CHANCE = "random"
# Kinds of the runs that follow a ranking that is in use.
BEHIND = ("cluster", "report")
# What a service says that takes a thousand items at a time, and no more.
NO_BULK = (
    httpx.codes.BAD_REQUEST,
    httpx.codes.REQUEST_ENTITY_TOO_LARGE,
    httpx.codes.UNSUPPORTED_MEDIA_TYPE,
)


@dataclass(frozen=True, kw_only=True)
class Ingest:
    """How long a pool took from the first byte to the ranking that has seen all of it."""

    seconds: float
    sent: float
    """Seconds until the upload was answered."""
    stages: Mapping[str, float]
    """Seconds of each stage of each kind of run, as the runs tell them, also behind the ranking."""
    is_bulk: bool

    def shares(self) -> dict[str, float]:
        """What part of the whole each stage was; stages may run beside the upload."""
        parts = {"answered": self.sent, **self.stages}
        return {name: round(part / self.seconds, 3) for name, part in parts.items()}


def register(caller: Caller, project: str, pool: Pool | Corpus) -> Ingest:
    """Register a pool and wait until it is ranked, and then until nothing goes on behind that.

    Raises:
        Refused: it was refused, or a run failed.
    """
    began = time.perf_counter()
    media = ARROW if isinstance(pool, Pool) else NDJSON
    answer = caller.upload(f"{project}/items", pool.path, media=media)
    is_bulk = answer.status_code not in NO_BULK
    if is_bulk:
        body_of(answer)
    else:
        _in_small(caller, project, pool)
    sent = time.perf_counter() - began
    until(
        lambda: _is_ranked(caller, project, pool.rows),
        f"a ranking of {pool.rows} items",
        seconds=PATIENCE_SECONDS,
        pause=POLL_SECONDS,
    )
    seconds = time.perf_counter() - began
    caller.wait_until_idle(project, seconds=PATIENCE_SECONDS)
    stages = _stages(caller.runs(project))
    return Ingest(seconds=seconds, sent=sent, stages=stages, is_bulk=is_bulk)


def _is_ranked(caller: Caller, project: str, rows: int) -> bool:
    """Whether all items are there and the order by diversity has seen them."""
    if any(run["state"] in LIVE and run["kind"] not in BEHIND for run in caller.runs(project)):
        return False
    seen = caller.get(project)
    ranking = seen["ranking"]
    is_spread = ranking is not None and ranking["strategy"] != CHANCE
    return is_spread and int(seen["counts"]["items"]) == rows


def _stages(runs: list[Any]) -> dict[str, float]:
    stages: dict[str, float] = {}
    for run in runs:
        for stage, seconds in run["seconds"].items():
            name = stage if run["kind"] == stage else f"{run['kind']}.{stage}"
            stages[name] = round(stages.get(name, 0.0) + seconds, 3)
    return stages


def _in_small(caller: Caller, project: str, pool: Pool | Corpus) -> None:
    """Register in requests of a thousand items, where there is no upload of any size."""
    items = _vectors(pool) if isinstance(pool, Pool) else _texts(pool)
    while part := list(itertools.islice(items, ROWS)):
        caller.post(f"{project}/items", {"items": part})


def _vectors(pool: Pool) -> Iterator[dict[str, Any]]:
    for batch in pools.batches(pool):
        yield from batch.to_pylist()


def _texts(corpus: Corpus) -> Iterator[dict[str, Any]]:
    with corpus.path.open() as file:
        yield from map(json.loads, file)
