"""Labels that are suspected to be wrong, the worst first."""

from typing import Any

import numpy as np

from service.runtime import Runtime
from service.store import items
from service.store.tables.pool import Project
from workers.learning import crowdlab
from workers.learning import issues as suspicion
from workers.reporting.people import People


def section(runtime: Runtime, project: Project, people: People) -> list[dict[str, Any]]:
    """At most a hundred labels for which people and models without the item want another class.

    The reserve is not among them: to point at its items would tell which they are.
    """
    if people.judged is None:
        return []
    labels, positions = people.resolved, people.judged.positions
    found = crowdlab.agree(people.judged.votes, people.proba)
    quality = found.posterior[np.arange(len(labels)), labels]
    suspected = suspicion.suspected(labels, people.proba, quality)
    with runtime.readers() as session:
        rows = items.at_positions(
            session, project.id, [int(positions[issue.item]) for issue in suspected]
        )
    listed = []
    for issue in suspected:
        row = rows.get(int(positions[issue.item]))
        if row is not None and row.state != "deleted":
            listed.append(
                {
                    "key": row.key,
                    "value": project.classes[labels[issue.item]],
                    "suspected": project.classes[issue.suspected],
                    "quality": issue.quality,
                }
            )
    return listed
