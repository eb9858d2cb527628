"""Task names to stages; nothing else."""

from uuid import UUID

from service.domain.runs import Stage
from workers import encode, predict, rank, retrain, sample, score, stages
from workers.app import app, runtime


@app.task(name="workers.encode")
def encode_items(run_id: str) -> None:
    """Raw items into feature shards."""
    stages.attempt(runtime(), Stage.ENCODE, UUID(run_id), encode.run)


@app.task(name="workers.retrain")
def retrain_version(run_id: str) -> None:
    """Labels into a version."""
    stages.attempt(runtime(), Stage.RETRAIN, UUID(run_id), retrain.run)


@app.task(name="workers.score")
def score_pool(run_id: str, number: str | None = None) -> None:
    """A version and the pool into scores: fanned out, then a shard at a time."""
    if number is None:
        stages.attempt(runtime(), Stage.SCORE, UUID(run_id), score.fan_out)
    else:
        stages.attempt_shard(runtime(), UUID(run_id), int(number), score.run_shard)


@app.task(name="workers.sample")
def sample_pool(run_id: str) -> None:
    """A version and candidates into a ranking."""
    stages.attempt(runtime(), Stage.SAMPLE, UUID(run_id), sample.run)


@app.task(name="workers.rank")
def rank_pool(run_id: str) -> None:
    """Scores into a ranking."""
    stages.attempt(runtime(), Stage.RANK, UUID(run_id), rank.run)


@app.task(name="workers.predict", acks_late=False, time_limit=60, soft_time_limit=55)
def predict_items(request_id: str) -> None:
    """Ad-hoc predictions."""
    predict.answer(runtime(), request_id)
