"""An upload from the request to the ranking."""

import pytest

from service.domain.runs import Stage
from tests.workers.conftest import Pool
from tests.workers.ingest.sent import NDJSON, arrow, ndjson, points, take_in


def test_an_arrow_stream_is_registered_and_ranked(pool: Pool) -> None:
    pool.make()

    run = take_in(pool, arrow(points(50)))

    assert run["state"] == "done", run
    assert (run["registered"], run["unchanged"], run["refused"]) == (50, 0, [])
    assert run["progress"] == 1.0
    assert set(run["seconds"]) == {"ingest", "decode", "check", "write"}
    assert pool.api.get(pool.path)["counts"]["items"] == 50
    assert sorted(pool.order()) == sorted(f"0-{n}" for n in range(50))
    assert pool.row().encoded == 50


def test_lines_of_text_are_registered_and_ranked(pool: Pool) -> None:
    pool.make(input={"type": "text"})
    rows = [{"key": f"d{n}", "text": f"word{n} is said", "metadata": {"n": n}} for n in range(30)]

    run = take_in(pool, ndjson(rows), NDJSON)

    assert run["state"] == "done", run
    assert run["registered"] == 30
    item = pool.api.get(f"{pool.path}/items/d7")
    assert (item["text"], item["metadata"]) == ("word7 is said", {"n": 7})
    assert len(pool.order()) == 30
