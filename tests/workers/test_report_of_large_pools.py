"""Of a large pool a report reads a random part."""

import pytest

from service.store import reports
from service.store.tables.reports import Spot
from tests.workers.conftest import Pool
from tests.workers.reports import ITEMS, learn, others, ready, reserve
from workers.reporting import document


def test_of_a_large_reserve_the_first_items_are_read(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(pool, estimator={"name": "logistic"})
    pool.label(*reserve(pool)[:60], *others(pool)[:40])
    whole = learn(pool)["quality"]
    monkeypatch.setattr(reports, "MOST_PENDING", 5)

    first = learn(pool)["quality"]

    with pool.runtime.readers() as session:
        rows = reports.reserve(session, pool.row())
    assert [row.state for row in rows] == ["labelled"] * 60 + ["open"] * 5
    assert first["audit_labels"] == whole["audit_labels"] == 60
    assert first["accuracy"] == whole["accuracy"]


def test_what_is_to_be_checked_is_sought_among_so_many(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "MOST_LOOKED_AT", 100)
    ready(pool)
    pool.label(*others(pool)[:40])
    learn(pool)

    spots = pool.rows(Spot)

    assert 10 < len(spots) <= 100
    assert all(0 < spot.probability <= 100 / ITEMS for spot in spots)
