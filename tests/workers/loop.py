"""The loop without processes: messages are taken from the recording queue and worked on here."""

from uuid import UUID

from service.domain.runs import Stage
from service.runtime import Runtime
from tests.fakes import RecordingQueue
from workers import encode, rank, retrain, sample, score, stages

_WORK = {
    Stage.ENCODE: encode.run,
    Stage.RETRAIN: retrain.run,
    Stage.SCORE: score.fan_out,
    Stage.SAMPLE: sample.run,
    Stage.RANK: rank.run,
}


def work_off(runtime: Runtime, queue: RecordingQueue, *, until: Stage | None = None) -> list[Stage]:
    """Work on messages until there are none, or one of a stage is next; answer what was done."""
    done: list[Stage] = []
    while queue.sent and queue.sent[0][0] is not until:
        stage, ids = queue.sent.pop(0)
        done.append(stage)
        deliver(runtime, stage, *ids)
    return done


def deliver(runtime: Runtime, stage: Stage, run_id: UUID, number: int | None = None) -> None:
    """Deliver one message."""
    if number is None:
        stages.attempt(runtime, stage, run_id, _WORK[stage])
    else:
        stages.attempt_shard(runtime, run_id, number, score.run_shard)
