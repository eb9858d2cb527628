"""What answers do to the leases under which items were served."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from service.domain.items import LeaseState
from service.domain.requests import Answer
from service.store import leases, slots
from service.store.leases import Held
from service.store.tables.pool import Project
from service.store.writes import Writes


def close(
    writes: Writes,
    project: Project,
    answers: Sequence[Answer],
    latest: Mapping[tuple[int, str], Held],
    at: datetime,
) -> set[int]:
    """A label keeps its slot taken, a skip gives it back; answer the leases that are closed."""
    labelled: list[int] = []
    skipped: list[int] = []
    without: dict[tuple[int, str], UUID | None] = {}
    for answer in answers:
        lease = latest.get(answer.whose)
        holds = lease is not None and (
            lease.state == LeaseState.LABELLED
            or (lease.state == LeaseState.OPEN and lease.expires_at > at)
        )
        if lease is not None and holds:
            (skipped if answer.value is None else labelled).append(lease.id)
        elif answer.value is not None:
            without[answer.whose] = lease.batch_id if lease else None
    leases.close(writes, labelled, LeaseState.LABELLED)
    leases.close(writes, skipped, LeaseState.RELEASED)
    if without:
        writes.send()
        slots.keep(writes.session, project, without, now=at)
    return {*labelled, *skipped}
