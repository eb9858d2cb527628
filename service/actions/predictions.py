"""What the version behind the ranking in use says of pool items, as `score` left it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from service.actions import prediction_blocks
from service.actions.access import Caller
from service.actions.prediction_blocks import Block, Scored
from service.domain.catalogue import InputType
from service.errors import Conflict
from service.runtime import Runtime
from service.store import lookups, predictions, projects, rankings, run_shards, versions
from service.store.tables.learning import Run, RunShard, Version
from service.store.tables.pool import Project


@dataclass(frozen=True, kw_only=True)
class PredictionView:
    """A prediction in the client's words."""

    label: str
    confidence: float
    probabilities: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class KeyedView(PredictionView):
    """A prediction of an item in a list."""

    key: str
    version: int


@dataclass(frozen=True, kw_only=True)
class Exported:
    """All predictions of one version: what it is, and blocks to be read once."""

    version: int
    classes: Sequence[str]
    blocks: Iterator[Block]


@dataclass(frozen=True, kw_only=True)
class _Scan:
    """The run that scored the pool for the ranking in use, and with what."""

    run_id: UUID
    version: Version


def of_item(
    runtime: Runtime, session: Session, project: Project, position: int
) -> PredictionView | None:
    """Prediction for one item; none before a version has scored it."""
    scan = _find_scan(session, project)
    if scan is None:
        return None
    shard = run_shards.find_at(session, scan.run_id, position)
    return _view(runtime, scan.version.classes, shard, position)


def list_page(
    runtime: Runtime, caller: Caller, uid: UUID, *, after: int | None, limit: int
) -> tuple[list[KeyedView], int | None]:
    """Predictions in order of registration, and the position to go on from if there may be more.

    Raises:
        Conflict: no version has scored the pool yet.
    """
    first = 0 if after is None else after + 1
    with runtime.readers() as session:
        scored = _get_scored(session, projects.get(session, caller.workspace_id, uid))
        found = lookups.keys_from(session, scored.project_id, first=first, limit=limit)
    views = []
    for position, key in found:
        said = _view(runtime, scored.classes, _shard_at(scored, position), position)
        if said is not None:
            views.append(KeyedView(key=key, version=scored.version, **vars(said)))
    return views, found[-1][0] if len(found) == limit else None


def export(runtime: Runtime, caller: Caller, uid: UUID) -> Exported:
    """All predictions, of one version whatever is put in use meanwhile.

    Raises:
        Conflict: no version has scored the pool yet.
    """
    with runtime.readers() as session:
        scored = _get_scored(session, projects.get(session, caller.workspace_id, uid))
    blocks = (
        block for shard in scored.shards for block in prediction_blocks.read(runtime, scored, shard)
    )
    return Exported(version=scored.version, classes=scored.classes, blocks=blocks)


def no_version(project: Project) -> Conflict:
    """What is missing before anything can be predicted."""
    if project.input_type == InputType.SCORES:
        return Conflict(
            "there is no version yet: bring the probabilities of your own model by "
            "PUT …/predictions first, then wait for the run to finish"
        )
    return Conflict(
        "there is no version yet: label items of at least two classes first "
        f"({project.label_count} labels so far), then wait for a run to finish"
    )


def _get_scored(session: Session, project: Project) -> Scored:
    scored = _find_scored(session, project)
    if scored is None:
        raise no_version(project)
    return scored


def _find_scored(session: Session, project: Project) -> Scored | None:
    scan = _find_scan(session, project)
    if scan is None:
        return None
    shards = run_shards.list_for(session, scan.run_id)
    return Scored(
        project_id=project.id,
        version=scan.version.number,
        classes=scan.version.classes,
        shards=[shard for shard in shards if shard.predictions is not None],
    )


def _find_scan(session: Session, project: Project) -> _Scan | None:
    ranking = rankings.find(session, project.ranking_id)
    if ranking is None or ranking.run_id is None:
        return None
    run = session.get(Run, ranking.run_id)  # its version: behind candidates it may be an older one
    version = versions.find(session, run.version_id) if run else None
    return None if version is None else _Scan(run_id=ranking.run_id, version=version)


def _shard_at(scored: Scored, position: int) -> RunShard | None:
    return next(
        (each for each in scored.shards if 0 <= position - each.first_position < each.rows), None
    )


def _view(
    runtime: Runtime, classes: Sequence[str], shard: RunShard | None, position: int
) -> PredictionView | None:
    if shard is None or shard.predictions is None:
        return None
    found = predictions.read(
        runtime.blobs,
        shard.predictions,
        rows=shard.rows,
        row=position - shard.first_position,
        classes=len(classes),
    )
    if found is None:
        return None
    probabilities = dict(zip(classes, found.probabilities, strict=True))
    label = classes[found.label]
    return PredictionView(label=label, confidence=probabilities[label], probabilities=probabilities)
