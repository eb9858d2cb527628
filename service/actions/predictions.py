"""What the version behind the ranking in use says of pool items, as `score` left it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from service.actions.access import Caller
from service.errors import Conflict
from service.runtime import Runtime
from service.store import items, predictions, projects, rankings, run_shards, versions
from service.store.predictions import UNSAID, Stretch
from service.store.tables.learning import RunShard
from service.store.tables.pool import Project

_AT_ONCE = 8_192


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
class Block:
    """Predictions of some items, by column."""

    keys: Sequence[str]
    labels: Sequence[str]
    confidences: Sequence[float]
    columns: Sequence[Sequence[float]]
    """The probabilities of each class."""


@dataclass(frozen=True, kw_only=True)
class Exported:
    """All predictions of one version: what it is, and blocks to be read once."""

    version: int
    classes: Sequence[str]
    blocks: Iterator[Block]


@dataclass(frozen=True, kw_only=True)
class _Scored:
    """What one ranking was made from: it stays the same when another is put in use."""

    project_id: int
    version: int
    classes: Sequence[str]
    shards: Sequence[RunShard]


def of_item(
    runtime: Runtime, session: Session, project: Project, position: int
) -> PredictionView | None:
    """Prediction for one item; none before a version has scored it."""
    scored = _find_scored(session, project)
    return None if scored is None else _view(runtime, scored, position)


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
        found = items.keys_from(session, scored.project_id, first=first, limit=limit)
    views = []
    for position, key in found:
        said = _view(runtime, scored, position)
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
    blocks = (block for shard in scored.shards for block in _blocks(runtime, scored, shard))
    return Exported(version=scored.version, classes=scored.classes, blocks=blocks)


def no_version(project: Project) -> Conflict:
    """What is missing before anything can be predicted."""
    return Conflict(
        "there is no version yet: label items of at least two classes first "
        f"({project.label_count} labels so far), then wait for a run to finish"
    )


def _get_scored(session: Session, project: Project) -> _Scored:
    scored = _find_scored(session, project)
    if scored is None:
        raise no_version(project)
    return scored


def _find_scored(session: Session, project: Project) -> _Scored | None:
    ranking = rankings.find(session, project.ranking_id)
    version = versions.find(session, ranking.version_id) if ranking else None
    if ranking is None or ranking.run_id is None or version is None:
        return None
    shards = run_shards.list_for(session, ranking.run_id)
    return _Scored(
        project_id=project.id,
        version=version.number,
        classes=version.classes,
        shards=[shard for shard in shards if shard.predictions is not None],
    )


def _view(runtime: Runtime, scored: _Scored, position: int) -> PredictionView | None:
    shard = next(
        (each for each in scored.shards if 0 <= position - each.first_position < each.rows), None
    )
    found = (
        None
        if shard is None
        else predictions.read(
            runtime.blobs,
            shard.predictions or "",
            rows=shard.rows,
            row=position - shard.first_position,
            classes=len(scored.classes),
        )
    )
    if found is None:
        return None
    probabilities = dict(zip(scored.classes, found.probabilities, strict=True))
    label = scored.classes[found.label]
    return PredictionView(label=label, confidence=probabilities[label], probabilities=probabilities)


def _blocks(runtime: Runtime, scored: _Scored, shard: RunShard) -> Iterator[Block]:
    stretches = predictions.walk(
        runtime.blobs,
        shard.predictions or "",
        rows=shard.rows,
        classes=len(scored.classes),
        at_once=_AT_ONCE,
    )
    for stretch in stretches:
        first = shard.first_position + stretch.first
        with runtime.readers() as session:
            found = items.keys_from(
                session,
                scored.project_id,
                first=first,
                limit=len(stretch.labels),
                end=first + len(stretch.labels),
            )
        yield _block(found, stretch, scored.classes, first)


def _block(
    found: Sequence[tuple[int, str]], stretch: Stretch, classes: Sequence[str], first: int
) -> Block:
    labels, columns = stretch.labels, stretch.columns
    if len(found) < len(labels) or UNSAID in labels:  # deleted items, or some not scored
        rows = [at - first for at, _ in found]
        said = [n for n, row in enumerate(rows) if labels[row] != UNSAID]
        found = [found[n] for n in said]
        kept = [rows[n] for n in said]
        labels = [labels[row] for row in kept]
        columns = [[column[row] for row in kept] for column in columns]
    return Block(
        keys=[key for _, key in found],
        labels=[classes[label] for label in labels],
        confidences=[columns[label][row] for row, label in enumerate(labels)],
        columns=columns,
    )
