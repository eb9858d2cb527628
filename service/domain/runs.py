"""The life of a run: its kinds, states and stages, and how far along it is."""

import random
from enum import StrEnum


class RunKind(StrEnum):
    """What a run does."""

    CYCLE = "cycle"
    ENCODE = "encode"
    RESCAN = "rescan"
    INGEST = "ingest"
    CLUSTER = "cluster"
    SIMULATE = "simulate"
    REPORT = "report"


class RunState(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    HELD = "held"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_live(self) -> bool:
        """Whether work is still to come."""
        return self in LIVE


class Stage(StrEnum):
    """A step of a run; also the name of its queue and of its task."""

    ENCODE = "encode"
    RETRAIN = "retrain"
    SCORE = "score"
    SAMPLE = "sample"
    RANK = "rank"
    INGEST = "ingest"
    DECODE = "decode"
    CHECK = "check"
    WRITE = "write"
    UNDO = "undo"
    SCORES = "scores"
    CLUSTER = "cluster"
    SIMULATE = "simulate"
    REPORT = "report"


LIVE = (RunState.QUEUED, RunState.RUNNING)
PREDICT_QUEUE = "predict"
# Of processes of their own, so that nobody's ranking waits for a replay that takes minutes.
SIMULATE_QUEUE = str(Stage.SIMULATE)
LEARNING_QUEUES = tuple(str(stage) for stage in Stage if stage != SIMULATE_QUEUE)

# Where in its run a stage begins, and what part of the run its shards are.
_SHARES: dict[Stage, tuple[float, float]] = {
    Stage.SCORE: (0.3, 0.6),
    Stage.SAMPLE: (0.3, 0.6),
    Stage.RANK: (0.9, 0.0),
    Stage.DECODE: (0.05, 0.45),
    Stage.CHECK: (0.5, 0.0),
    Stage.WRITE: (0.55, 0.45),
    Stage.SIMULATE: (0.0, 1.0),
}


def progress(state: RunState, stage: Stage, *, shards: int, shards_left: int) -> float:
    """Share of a run that is behind it, from 0 to 1.

    >>> progress(RunState.RUNNING, Stage.SCORE, shards=4, shards_left=1)
    0.75
    """
    if not state.is_live:
        return 1.0
    before, share = _SHARES.get(stage, (0.0, 0.0))
    behind = (shards - shards_left) / shards if shards else 0.0
    return round(before + share * behind, 3)


def pause_before_retry(attempts: int, chance: random.Random) -> float:
    """Seconds to wait after so many attempts: doubling from one, half of it by chance."""
    return float(2 ** max(0, attempts - 1)) * (0.5 + chance.random() / 2)
