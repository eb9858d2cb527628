"""Projects: made, read with what they count, changed under their ETag, deleted."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from service.actions import project_changes, receipts
from service.actions.access import Caller
from service.actions.rankings import RankingView, ranking_view
from service.domain import audit
from service.domain.catalogue import Role
from service.domain.projects import ProjectSettings
from service.errors import PreconditionFailed
from service.runtime import Runtime
from service.store import cycles, items, leases, projects, rankings, reserves, versions
from service.store.tables.learning import Version
from service.store.tables.pool import Project

_LARGEST_SEED = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How much of everything a project has."""

    items: int
    labelled: int
    leased: int
    audit: int
    labels: int


@dataclass(frozen=True, kw_only=True)
class ProjectView:
    """A project with its counts and what is in use."""

    row: Project
    counts: Counts
    version: Version | None
    ranking: RankingView | None


def create(runtime: Runtime, caller: Caller, settings: ProjectSettings) -> ProjectView:
    """Make a project.

    Raises:
        Forbidden: the key is limited to certain projects.
    """
    caller.require_whole_workspace()
    now = runtime.now()
    fields = asdict(settings) | {"classes": list(settings.classes)}
    if settings.seed is None:
        fields["seed"] = runtime.chance.randint(0, _LARGEST_SEED)
    with runtime.sessions.begin() as session:
        project = projects.add(
            session,
            uid=uuid4(),
            workspace_id=caller.workspace_id,
            audit_secret=audit.new_secret(),
            created_at=now,
            **fields,
        )
        made = _view(session, project, runtime)
        receipts.keep(session, caller, made, at=now)
    return made


def read(runtime: Runtime, caller: Caller, uid: UUID) -> ProjectView:
    """Get a project."""
    with runtime.readers() as session:
        return _view(session, projects.get(session, caller.workspace_id, uid), runtime)


def list_page(
    runtime: Runtime, caller: Caller, *, after: int | None, limit: int
) -> list[ProjectView]:
    """Projects that the caller may see."""
    only = None if caller.projects is None else list(caller.projects)
    with runtime.readers() as session:
        rows = projects.list_for(session, caller.workspace_id, only=only, after=after, limit=limit)
        return [_view(session, row, runtime) for row in rows]


def change(
    runtime: Runtime, caller: Caller, uid: UUID, changes: Mapping[str, Any], *, etag: str
) -> ProjectView:
    """Change settings of a project that is still as the caller saw it.

    Raises:
        PreconditionFailed: it was changed since.
        Unacceptable: classes would be taken away, or settings do not go together.
    """
    caller.require(Role.MANAGER)
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project = projects.get(session, caller.workspace_id, uid, lock=True)
        _check_etag(project, etag)
        changes = project_changes.checked(project, changes)
        before = (project.estimator, project.strategy, project.labels_per_item, project.goal)
        had_audit = project.audit_share > 0
        for name, value in changes.items():
            setattr(project, name, value)
        project.revision += 1
        if project.audit_share and not had_audit and project.item_count:
            reserves.begin(session, project)
        run = None
        if project.labels_per_item != before[2]:
            items.restate(session, project)
            leases.release_needless(session, project.id)
        if project.estimator != before[0] and project.label_count:
            project.retrain_asked = True
        if (project.strategy, project.goal) != (before[1], before[3]) and project.item_count:
            run = cycles.queue_rerank(session, project, at=now)
        run = cycles.queue_if_due(session, project, at=now) or run
        session.flush()
        changed = _view(session, project, runtime)
    if run is not None:
        runtime.queue.start(run.stage, run.id)
    return changed


def delete(runtime: Runtime, caller: Caller, uid: UUID, *, etag: str) -> None:
    """Delete a project: at once for readers, its rows a while later.

    Raises:
        PreconditionFailed: it was changed since the caller read it.
    """
    caller.require(Role.MANAGER)
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project = projects.get(session, caller.workspace_id, uid, lock=True)
        _check_etag(project, etag)
        projects.mark_deleted(session, project.id, at=now)
        cycles.cancel_all(session, project, at=now, reason="the project was deleted")
        project.due_at = None


def etag_of(revision: int) -> str:
    """The ETag of a project's settings."""
    return f'"{revision}"'


def _check_etag(project: Project, etag: str) -> None:
    current = etag_of(project.revision)
    given = {each.strip() for each in etag.split(",")}
    if "*" not in given and current not in given:
        raise PreconditionFailed(
            f"the project was changed since you read it: its ETag is now {current}"
        )


def _view(session: Session, project: Project, runtime: Runtime) -> ProjectView:
    ranking = rankings.find(session, project.ranking_id)
    return ProjectView(
        row=project,
        counts=Counts(
            items=project.item_count,
            labelled=project.labelled_count,
            leased=projects.count_leased(session, project.id, now=runtime.now()),
            audit=runtime.tallies.reserved(session, project),
            labels=project.label_count,
        ),
        version=versions.find(session, project.version_id),
        ranking=ranking_view(session, project, ranking),
    )
