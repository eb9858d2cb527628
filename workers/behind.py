"""What follows a ranking that is in use, and that nobody waits for: orders, clusters, a report."""

from collections.abc import Sequence

from service.runtime import Runtime
from service.store import clusterings, projects, reports
from workers import covering, rechecking, stages
from workers.stages import Message


def follow_up(runtime: Runtime, project_id: int, ranking_id: int | None) -> Sequence[Message]:
    """Write the orders beside a new ranking; ask for clusters that are missing, and a report.

    A ranking is in use before this: until then, the coverage order of the one before goes on, and
    nobody is asked again.
    """
    with runtime.readers() as session:
        project = projects.find_live(session, project_id)
    if project is None or ranking_id is None:
        return []
    if project.coverage_share:
        covering.write(runtime, project, ranking_id)
    if project.labels_per_item > 1:
        rechecking.write(runtime, project, ranking_id)
    now = runtime.now()
    with runtime.sessions.begin() as session:
        asked = (
            clusterings.queue_if_due(session, project, at=now),
            reports.queue_up(session, project, at=now),
        )
    return stages.messages(*asked)
