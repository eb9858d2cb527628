"""The life of a run: its kinds, states and stages, and how far along it is."""

import random
from enum import StrEnum


class RunKind(StrEnum):
    """What a run does."""

    CYCLE = "cycle"
    ENCODE = "encode"
    RESCAN = "rescan"


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


LIVE = (RunState.QUEUED, RunState.RUNNING)
PREDICT_QUEUE = "predict"
LEARNING_QUEUES = tuple(str(stage) for stage in Stage)

_BEFORE = {
    Stage.ENCODE: 0.0,
    Stage.RETRAIN: 0.0,
    Stage.SCORE: 0.3,
    Stage.SAMPLE: 0.3,
    Stage.RANK: 0.9,
}


def progress(state: RunState, stage: Stage, *, shards: int, shards_left: int) -> float:
    """Share of a run that is behind it, from 0 to 1.

    >>> progress(RunState.RUNNING, Stage.SCORE, shards=4, shards_left=1)
    0.75
    """
    if not state.is_live:
        return 1.0
    scored = 0.6 * (shards - shards_left) / shards if stage is Stage.SCORE and shards else 0.0
    return round(_BEFORE[stage] + scored, 3)


def pause_before_retry(attempts: int, chance: random.Random) -> float:
    """Seconds to wait after so many attempts: doubling from one, half of it by chance."""
    return float(2 ** max(0, attempts - 1)) * (0.5 + chance.random() / 2)
