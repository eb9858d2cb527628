"""The loop without processes: messages are taken from the recording queue and worked on here."""

import threading
from uuid import UUID

from service.domain.runs import Stage
from service.runtime import Runtime
from service.store.pieces import DECODED, REPLAYED, SCORED, WRITTEN
from tests.fakes import RecordingQueue
from workers import (
    cluster,
    encode,
    external,
    freeze,
    predict,
    rank,
    report,
    retrain,
    sample,
    score,
    simulate,
    stages,
)
from workers.ingest import check, decode, plan, undo, write

_WORK = {
    Stage.ENCODE: encode.run,
    Stage.RETRAIN: retrain.run,
    Stage.SCORE: freeze.run,
    Stage.SAMPLE: sample.run,
    Stage.RANK: rank.run,
    Stage.INGEST: plan.run,
    Stage.CHECK: check.run,
    Stage.SCORES: external.run,
    Stage.CLUSTER: cluster.run,
    Stage.SIMULATE: simulate.fan_out,
    Stage.REPORT: report.run,
}


def work_off(runtime: Runtime, queue: RecordingQueue, *, until: Stage | None = None) -> list[Stage]:
    """Work on messages until there are none, or one of a stage is next; answer what was done."""
    done: list[Stage] = []
    while queue.sent and queue.sent[0][0] is not until:
        stage, ids = queue.sent.pop(0)
        done.append(stage)
        deliver(runtime, stage, *ids)
    return done


def deliver(runtime: Runtime, stage: Stage, run_id: UUID, *numbers: int) -> None:
    """Deliver one message."""
    if stage is Stage.UNDO:
        for follow_up, ids in undo.run(runtime, run_id):
            runtime.queue.start(follow_up, *ids)
    elif not numbers:
        stages.attempt(runtime, stage, run_id, _WORK[stage])
    elif stage is Stage.SCORE:
        stages.attempt_pieces(runtime, SCORED, run_id, numbers, score.run_shards)
    elif stage is Stage.SIMULATE:
        stages.attempt_piece(runtime, REPLAYED, run_id, *numbers, simulate.run_replay)
    elif stage is Stage.DECODE:
        stages.attempt_piece(runtime, DECODED, run_id, *numbers, decode.run_part)
    else:
        stages.attempt_piece(runtime, WRITTEN, run_id, *numbers, write.run_part)


def answering(runtime: Runtime, requests: list[str]) -> threading.Thread:
    """A predictor of one request, in a thread."""

    def answer() -> None:
        while not requests:
            threading.Event().wait(0.01)
        predict.answer(runtime, requests.pop())

    thread = threading.Thread(target=answer)
    thread.start()
    return thread
