"""What the version behind the ranking in use says of pool items, as `score` left it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from service.runtime import Runtime
from service.store import predictions, rankings, run_shards, versions
from service.store.tables.learning import Run
from service.store.tables.pool import Project


@dataclass(frozen=True, kw_only=True)
class PredictionView:
    """A prediction in the client's words."""

    label: str
    confidence: float
    probabilities: Mapping[str, float]


def of_item(
    runtime: Runtime, session: Session, project: Project, position: int
) -> PredictionView | None:
    """Prediction for one item; none before a version has scored it."""
    ranking = rankings.find(session, project.ranking_id)
    if ranking is None or ranking.run_id is None:
        return None
    shard = run_shards.find_at(session, ranking.run_id, position)
    scan = session.get(Run, ranking.run_id)  # its version: behind candidates it may be an older one
    version = versions.find(session, scan.version_id) if scan else None
    if shard is None or shard.predictions is None or version is None:
        return None
    found = predictions.read(
        runtime.blobs,
        shard.predictions,
        rows=shard.rows,
        row=position - shard.first_position,
        classes=len(version.classes),
    )
    probabilities = dict(zip(version.classes, found.probabilities, strict=True))
    label = version.classes[found.label]
    return PredictionView(label=label, confidence=probabilities[label], probabilities=probabilities)
