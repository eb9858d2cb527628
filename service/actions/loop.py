"""How the loop stands, over all projects, for those who run the service."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.runtime import Runtime
from service.store import totals


@dataclass(frozen=True, kw_only=True)
class LoopState:
    """Totals over all workspaces; no project can be told from them."""

    runs: Mapping[tuple[str, str], int]
    oldest_run_seconds: float
    labels: int
    labels_waiting: int
    leases: int


def measure(runtime: Runtime) -> LoopState:
    """Count what is in flight and what waits."""
    now = runtime.now()
    with runtime.readers() as session:
        runs, oldest = totals.runs_in_flight(session)
        labels, waiting = totals.labels(session)
        leases = totals.leases(session, now=now)
    return LoopState(
        runs=runs,
        oldest_run_seconds=(now - oldest).total_seconds() if oldest else 0.0,
        labels=labels,
        labels_waiting=waiting,
        leases=leases,
    )
