"""Task names to stages; nothing else."""

from uuid import UUID

from service.domain.runs import Stage
from service.store.pieces import DECODED, REPLAYED, SCORED, WRITTEN
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
from workers.app import app, runtime
from workers.ingest import check, decode, plan, undo, write


@app.task(name="workers.encode")
def encode_items(run_id: str) -> None:
    """Raw items into feature shards."""
    stages.attempt(runtime(), Stage.ENCODE, UUID(run_id), encode.run)


@app.task(name="workers.retrain")
def retrain_version(run_id: str) -> None:
    """Labels into a version."""
    stages.attempt(runtime(), Stage.RETRAIN, UUID(run_id), retrain.run)


@app.task(name="workers.score")
def score_pool(run_id: str, *numbers: str) -> None:
    """A version and the pool into scores: fanned out, then some shards at a time."""
    if not numbers:
        stages.attempt(runtime(), Stage.SCORE, UUID(run_id), freeze.run)
    else:
        some = [int(number) for number in numbers]
        stages.attempt_pieces(runtime(), SCORED, UUID(run_id), some, score.run_shards)


@app.task(name="workers.sample")
def sample_pool(run_id: str) -> None:
    """A version and candidates into a ranking."""
    stages.attempt(runtime(), Stage.SAMPLE, UUID(run_id), sample.run)


@app.task(name="workers.rank")
def rank_pool(run_id: str) -> None:
    """Scores into a ranking."""
    stages.attempt(runtime(), Stage.RANK, UUID(run_id), rank.run)


@app.task(name="workers.cluster")
def cluster_pool(run_id: str) -> None:
    """A pool into clusters."""
    stages.attempt(runtime(), Stage.CLUSTER, UUID(run_id), cluster.run)


@app.task(name="workers.ingest")
def plan_upload(run_id: str) -> None:
    """An upload into parts."""
    stages.attempt(runtime(), Stage.INGEST, UUID(run_id), plan.run)


@app.task(name="workers.decode")
def decode_part(run_id: str, number: str) -> None:
    """A part of an upload into features and rows."""
    stages.attempt_piece(runtime(), DECODED, UUID(run_id), int(number), decode.run_part)


@app.task(name="workers.check")
def check_upload(run_id: str) -> None:
    """All parts of an upload together."""
    stages.attempt(runtime(), Stage.CHECK, UUID(run_id), check.run)


@app.task(name="workers.write")
def write_part(run_id: str, number: str) -> None:
    """A part of an upload into the database."""
    stages.attempt_piece(runtime(), WRITTEN, UUID(run_id), int(number), write.run_part)


@app.task(name="workers.scores")
def take_scores(run_id: str) -> None:
    """Probabilities of the client's own model into a version."""
    stages.attempt(runtime(), Stage.SCORES, UUID(run_id), external.run)


@app.task(name="workers.simulate")
def simulate_project(run_id: str, number: str | None = None) -> None:
    """A labelled project into replays: fanned out, then one at a time."""
    if number is None:
        stages.attempt(runtime(), Stage.SIMULATE, UUID(run_id), simulate.fan_out)
    else:
        stages.attempt_piece(runtime(), REPLAYED, UUID(run_id), int(number), simulate.run_replay)


@app.task(name="workers.report")
def report_project(run_id: str) -> None:
    """Evidence into a report."""
    stages.attempt(runtime(), Stage.REPORT, UUID(run_id), report.run)


@app.task(name="workers.undo")
def undo_upload(run_id: str) -> None:
    """What an upload that broke off has written, taken away."""
    for stage, ids in undo.run(runtime(), UUID(run_id)):
        runtime().queue.start(stage, *ids)


@app.task(name="workers.predict", acks_late=False, time_limit=60, soft_time_limit=55)
def predict_items(request_id: str) -> None:
    """Ad-hoc predictions."""
    predict.answer(runtime(), request_id)
