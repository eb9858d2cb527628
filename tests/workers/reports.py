"""A pool whose reports tests look at."""

from typing import Any

from service.store.tables.pool import Item
from tests.workers.conftest import Pool

ITEMS = 600
SHARES = {"batch": {"audit_share": 0.5, "coverage_share": 0.0}, "retrain": {"min_labels": 1000}}


def ready(pool: Pool, **settings: Any) -> Pool:
    """A pool that is registered and ranked."""
    pool.make(**(SHARES | settings)).add(ITEMS)
    pool.work()
    return pool


def reserve(pool: Pool) -> list[int]:
    """Numbers of the reserved items, in the audit order."""
    threshold = pool.row().audit_threshold
    rows = sorted(pool.rows(Item), key=lambda row: row.audit_draw)
    return [int(row.key.split("-")[1]) for row in rows if row.audit_draw < threshold]


def others(pool: Pool) -> list[int]:
    return sorted(set(range(ITEMS)) - set(reserve(pool)))


def learn(pool: Pool) -> Any:
    """Train, rank and report; answer the report."""
    pool.api.post(f"{pool.path}/runs", {}, 202)
    pool.work()
    return report(pool)


def report(pool: Pool) -> Any:
    return pool.api.get(f"{pool.path}/report")
