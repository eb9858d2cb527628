"""What is no longer needed: shard lists of old runs, deleted projects, unreferenced blobs."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, union
from sqlalchemy.orm import Session

from service.domain.runs import LIVE
from service.store.tables.learning import Ranking, Run, RunShard, Version
from service.store.tables.pool import Project, Shard


def drop_old_run_shards(session: Session, *, before: datetime) -> int:
    """Drop the shard lists of ended runs that no ranking in use was made from."""
    used = (
        select(Ranking.run_id)
        .join(Project, Project.ranking_id == Ranking.id)
        .where(Ranking.run_id.is_not(None))
    )
    old = select(Run.id).where(
        Run.state.not_in(LIVE), Run.finished_at < before, Run.id.not_in(used)
    )
    gone = delete(RunShard).where(RunShard.run_id.in_(old)).returning(RunShard.number)
    return len(session.scalars(gone.execution_options(synchronize_session=False)).all())


def drop_deleted_projects(session: Session, *, before: datetime) -> int:
    """Remove projects deleted before a moment, with all that is theirs."""
    gone = delete(Project).where(Project.deleted_at < before).returning(Project.id)
    return len(session.scalars(gone.execution_options(synchronize_session=False)).all())


def referenced_blobs(session: Session) -> set[str]:
    """Digests of all blobs that something in the database points to."""
    query: Any = union(
        select(Shard.features),
        select(Shard.moments),
        select(RunShard.features),
        select(RunShard.scores),
        select(RunShard.predictions),
        select(RunShard.neighbours),
        select(Run.candidates),
        select(Version.model),
        select(Ranking.order),
    )
    return {digest for (digest,) in session.execute(query) if digest}
