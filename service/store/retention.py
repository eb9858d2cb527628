"""What is no longer needed: shard lists of old runs, deleted projects, unreferenced blobs."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, or_, select, union
from sqlalchemy.orm import Session, aliased

from service.domain.runs import LIVE
from service.store.tables.brought import Brought
from service.store.tables.coverage import Clustering
from service.store.tables.learning import Ranking, Run, RunShard, Version
from service.store.tables.pool import Item, Project, Shard
from service.store.tables.reports import Audited
from service.store.tables.simulations import Replay, Simulation
from service.store.tables.uploads import Part, Upload


def drop_old_run_shards(session: Session, *, before: datetime, replaced_before: datetime) -> int:
    """Drop the shard lists of ended runs that no ranking in use was made from.

    Those of a ranking that was replaced a while ago only are kept for who still reads them: an
    export goes on with the one that it began with.
    """
    later = aliased(Ranking)
    is_long_gone = exists().where(
        later.project_id == Ranking.project_id,
        later.number > Ranking.number,
        later.ranked_at < replaced_before,
    )
    in_use = select(Project.ranking_id).where(Project.ranking_id.is_not(None))
    used = select(Ranking.run_id).where(
        Ranking.run_id.is_not(None), or_(Ranking.id.in_(in_use), ~is_long_gone)
    )
    old = select(Run.id).where(
        Run.state.not_in(LIVE), Run.finished_at < before, Run.id.not_in(used)
    )
    gone = delete(RunShard).where(RunShard.run_id.in_(old)).returning(RunShard.number)
    return len(session.scalars(gone.execution_options(synchronize_session=False)).all())


def drop_old_parts(session: Session, *, before: datetime) -> int:
    """Drop the parts of ended uploads whose features are in shards."""
    over = (
        select(Run.id)
        .join(Project, Project.id == Run.project_id)
        .join(Upload, Upload.run_id == Run.id)
        .where(
            Run.state.not_in(LIVE),
            Run.finished_at < before,
            Upload.is_reserving.is_(False),
            ~exists().where(
                Part.run_id == Run.id,
                Part.fresh > 0,
                Part.first_position + Part.fresh > Project.encoded,
            ),
        )
    )
    gone = delete(Part).where(Part.run_id.in_(over)).returning(Part.number)
    return len(session.scalars(gone.execution_options(synchronize_session=False)).all())


def drop_old_replays(session: Session, *, before: datetime) -> int:
    """Drop the replays of ended simulations; what came of them is kept."""
    over = select(Run.id).where(Run.state.not_in(LIVE), Run.finished_at < before)
    gone = delete(Replay).where(Replay.run_id.in_(over)).returning(Replay.number)
    return len(session.scalars(gone.execution_options(synchronize_session=False)).all())


def drop_items_of_deleted(session: Session, *, before: datetime, most: int) -> int:
    """Remove so many items at most of one project deleted before a moment, and what hangs on them.

    Says how many; 0 once no such project has any.
    """
    for project_id in session.scalars(select(Project.id).where(Project.deleted_at < before)):
        of_project = Item.project_id == project_id
        first = session.scalar(select(func.min(Item.position)).where(of_project))
        if first is not None:
            some = delete(Item).where(of_project, Item.position < first + most)
            gone = some.returning(Item.position).execution_options(synchronize_session=False)
            return len(session.scalars(gone).all())
    return 0


def drop_deleted_projects(session: Session, *, before: datetime) -> int:
    """Remove projects deleted before a moment that have no items left, with all that is theirs."""
    has_items = exists().where(Item.project_id == Project.id)
    gone = delete(Project).where(Project.deleted_at < before, ~has_items).returning(Project.id)
    return len(session.scalars(gone.execution_options(synchronize_session=False)).all())


def referenced_blobs(session: Session) -> set[str]:
    """Digests of all blobs that something in the database points to."""
    query: Any = union(
        select(Shard.features),
        select(Shard.moments),
        select(Shard.clusters),
        select(Clustering.centres),
        select(RunShard.features),
        select(RunShard.scores),
        select(RunShard.second),
        select(RunShard.predictions),
        select(RunShard.neighbours),
        select(Run.candidates),
        select(Version.model),
        select(Version.held_out),
        select(Version.stop_set),
        select(Brought.digest),
        select(Ranking.order),
        select(Audited.said),
        select(Upload.blob).join(Run, Run.id == Upload.run_id).where(Run.state.in_(LIVE)),
        *(
            select(digest).join(Run, Run.id == Simulation.run_id).where(Run.state.in_(LIVE))
            for digest in (Simulation.features, Simulation.labels, Simulation.moments)
        ),
        select(Part.content),
        select(Part.features),
        select(Part.moments),
        select(Part.known),
    )
    return {digest for (digest,) in session.execute(query) if digest}
