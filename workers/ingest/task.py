"""What every stage of an upload begins with: its project, its file, what may be in it."""

from dataclasses import dataclass
from uuid import UUID

from service.domain.catalogue import InputType
from service.runtime import Runtime
from service.store import projects, uploads
from service.store.tables.learning import Run
from service.store.tables.pool import Project
from service.store.tables.uploads import Upload
from workers.stages import Superseded
from workers.uploads import arrow, ndjson
from workers.uploads.rows import Wanted

FORMATS = {
    "application/x-ndjson": ndjson,
    "application/vnd.apache.arrow.stream": arrow,
}


@dataclass(frozen=True, kw_only=True)
class Task:
    """An upload, and where it goes."""

    run: Run
    upload: Upload
    project: Project
    wanted: Wanted


def load(runtime: Runtime, run_id: UUID) -> Task:
    """Read what a stage needs to know.

    Raises:
        Superseded: the project is gone.
    """
    with runtime.readers() as session:
        run = session.get_one(Run, run_id)
        project = projects.find_live(session, run.project_id)
        upload = uploads.find_many(session, [run_id])[run_id]
    if project is None:
        raise Superseded
    wanted = Wanted(
        input_type=InputType(project.input_type),
        dimensions=project.dimensions or 0,
        longest_text=runtime.settings.max_text_bytes,
    )
    return Task(run=run, upload=upload, project=project, wanted=wanted)
