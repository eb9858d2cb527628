"""An upload from the request to the ranking."""

import numpy as np
import pyarrow as pa
import pytest

from service.domain.runs import Stage
from service.store.tables.pool import Item, Payload, Shard
from tests.workers.conftest import Pool
from tests.workers.ingest.sent import NDJSON, arrow, ndjson, points, send, small_parts, take_in


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
    assert pool.rows(Payload) == []
    assert pool.api.get(f"{pool.path}/items/0-7")["text"] is None


def test_lines_of_text_are_registered_and_ranked(pool: Pool) -> None:
    pool.make(input={"type": "text"})
    rows = [{"key": f"d{n}", "text": f"word{n} is said", "metadata": {"n": n}} for n in range(30)]

    run = take_in(pool, ndjson(rows), NDJSON)

    assert run["state"] == "done", run
    assert run["registered"] == 30
    item = pool.api.get(f"{pool.path}/items/d7")
    assert (item["text"], item["metadata"]) == ("word7 is said", {"n": 7})
    assert len(pool.order()) == 30


def test_parts_make_the_pool_that_one_request_makes(pool: Pool) -> None:
    small_parts(pool).make(batch={"audit_share": 0.1})
    matrix = points(90)["vector"]
    take_in(pool, arrow(points(90), rows_per_batch=7))
    bulk, rows = pool.row(), pool.rows(Item)

    pool.make(batch={"audit_share": 0.1})
    vectors = {f"0-{n}": row.tolist() for n, row in enumerate(matrix)}
    pool.api.add_vectors(pool.path, vectors)
    pool.work()
    single = pool.row()

    others = [item for item in pool.rows(Item) if item.project_id == single.id]
    mine = [item for item in rows if item.project_id == bulk.id]
    assert [(i.position, i.key, i.digest) for i in mine] == [
        (i.position, i.key, i.digest) for i in others
    ]
    assert bulk.item_count == single.item_count == 90
    assert bulk.audit_threshold == single.audit_threshold
    assert bulk.open_count == sum(item.audit_draw >= bulk.audit_threshold for item in mine)
    shards = [shard for shard in pool.rows(Shard) if shard.project_id == bulk.id]
    assert sum(shard.rows for shard in shards) == 90
    assert [shard.rows for shard in shards] == [15] * 6


def test_the_same_twice_registers_once(pool: Pool) -> None:
    small_parts(pool).make()
    body = arrow(points(40))
    first = take_in(pool, body)

    second = take_in(pool, body)

    assert (first["registered"], second["registered"], second["unchanged"]) == (40, 0, 40)
    assert second["state"] == "done"
    assert pool.row().next_position == 40


def test_both_routes_agree_that_an_item_is_unchanged(pool: Pool) -> None:
    pool.make()
    vectors = {"a": [0.1, 1.7], "b": [3.0, 1e-3]}
    pool.api.add_vectors(pool.path, vectors)
    rows = [{"key": key, "vector": row} for key, row in (vectors | {"c": [1, 2]}).items()]

    lines = take_in(pool, ndjson(rows), NDJSON)
    exact = np.array([row["vector"] for row in rows], np.float64)
    columns = take_in(pool, arrow({"key": [row["key"] for row in rows], "vector": exact}))
    again = pool.api.add_vectors(pool.path, {"c": [1, 2]})

    assert (lines["registered"], lines["unchanged"]) == (1, 2)
    assert (columns["registered"], columns["unchanged"]) == (0, 3)
    assert again == {"registered": 0, "unchanged": 1}
    assert pool.row().encoded == 3
    assert len(pool.order()) == 3


def test_rows_that_are_known_leave_no_gap(pool: Pool) -> None:
    small_parts(pool).make()
    known = points(40)["vector"][10:20]
    vectors = {f"0-{n + 10}": row.tolist() for n, row in enumerate(known)}
    pool.api.add_vectors(pool.path, vectors)
    pool.work()

    run = take_in(pool, arrow(points(40)))

    assert (run["registered"], run["unchanged"]) == (30, 10)
    assert pool.row().next_position == pool.row().encoded == 40
    assert sorted(item.position for item in pool.rows(Item)) == list(range(40))
    assert len(pool.order()) == 40


def test_repeated_rows_count_once(pool: Pool) -> None:
    small_parts(pool, 3).make()
    rows = [{"key": key, "vector": [1, 2]} for key in "abacbadd"]

    run = take_in(pool, ndjson(rows), NDJSON)

    assert (run["state"], run["registered"], run["unchanged"]) == ("done", 4, 4)
    assert [item.key for item in sorted(pool.rows(Item), key=lambda i: i.position)] == list("abcd")


def test_any_key_group_and_metadata_come_back_as_they_were_sent(pool: Pool) -> None:
    pool.make(input={"type": "text"})
    keys = ["日本 语 ✓", "new\nline", "tab\tand\\back", "😀", "k" * 500, "\\N", '"quoted"']
    notes = [{"a\\b": ["\t", None, 1.5, {"é": True}]}, {}, {"\\N": "\n"}, {"n": 2**53}]
    rows = [
        {"key": key, "text": f"\\N {key}\r\n", "group": f"g\\{key}"[:500]}
        | ({"metadata": notes[n]} if n < len(notes) else {})
        for n, key in enumerate(keys)
    ]

    run = take_in(pool, ndjson(rows), NDJSON)

    assert run["registered"] == len(keys), run
    listed = pool.api.get(f"{pool.path}/items")["data"]
    assert [row["key"] for row in listed] == keys
    assert [row["group"] for row in listed] == [row["group"] for row in rows]
    assert [row["metadata"] for row in listed] == [row.get("metadata", {}) for row in rows]
    payloads = sorted(pool.rows(Payload), key=lambda payload: payload.position)
    assert [payload.text for payload in payloads] == [row["text"] for row in rows]


def test_columns_of_other_kinds_are_taken(pool: Pool) -> None:
    pool.make(input={"type": "text"})
    run = take_in(
        pool,
        arrow(
            {
                "key": pa.array(["a", "b"], pa.large_string()),
                "text": ["one", "two"],
                "metadata": pa.array(['{"n":1}', None]),
                "group": pa.array([None, "g"], pa.string()),
            }
        ),
    )
    pool.make()
    lists = take_in(pool, arrow({"key": ["a", "b"], "vector": [[1.0, 2.0], [3.0, 4.0]]}))

    assert (run["registered"], lists["registered"]) == (2, 2)


@pytest.mark.parametrize("count", [1, 16, 17])
def test_an_upload_of_any_length_is_cut_evenly(pool: Pool, count: int) -> None:
    small_parts(pool).make()

    run = take_in(pool, arrow(points(count)))

    assert run["registered"] == count
    assert pool.row().encoded == count


def test_a_live_pool_is_ranked_with_new_items_without_training(pool: Pool) -> None:
    small_parts(pool).make(retrain={"min_labels": 10}).add(30)
    pool.work()
    pool.label(*range(12))
    pool.work()
    versions = pool.row().version_count

    send(pool, arrow(points(40, seed=7)))
    done = pool.work()

    assert Stage.RETRAIN not in done
    assert done.count(Stage.ENCODE) == done.count(Stage.RANK) == 1
    assert pool.row().version_count == versions
    assert sum(key.startswith("7-") for key in pool.order()) == 40
