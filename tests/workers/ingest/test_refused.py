"""What is not acceptable in an upload: told by row, and nothing is registered."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from service.store.tables.pool import Item
from service.store.tables.uploads import Part
from tests.workers.conftest import Pool
from tests.workers.ingest.sent import ARROW, NDJSON, arrow, ndjson, points, small_parts, take_in

SCALARS = pa.array([1.0, 2.0])


def refused(pool: Pool, body: bytes, media_type: str = ARROW) -> Any:
    """The run of an upload of which nothing may remain."""
    before = len(pool.rows(Item)), pool.row().next_position
    run = take_in(pool, body, media_type)
    assert run["state"] == "failed", run
    assert (run["registered"], run["unchanged"], run["progress"]) == (0, 0, 1.0)
    assert (len(pool.rows(Item)), pool.row().next_position) == before
    return run


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "is no whole Arrow stream"),
        (b"\x00" * 900, "is no whole Arrow stream"),
        (b"PK\x03\x04 no arrow at all" * 40, "is no whole Arrow stream"),
        (arrow(points(40))[:-100], "is no whole Arrow stream"),
        (arrow(points(40))[:-8], "is no whole Arrow stream"),
        (arrow(points(40), rows_per_batch=10)[:-900], "is no whole Arrow stream"),
        (arrow(points(40), compression="zstd"), "compressed"),
        (arrow({"key": pa.array([], pa.string()), "vector": np.ones((0, 2), "f4")}), "no rows"),
        (arrow({"key": ["a"]}), "the column vector is missing"),
        (arrow({"vector": np.ones((1, 2), np.float32)}), "the column key is missing"),
        (arrow({"key": ["a"], "text": ["b"]}), "the items of this project are of the type vector"),
        (arrow(points(1) | {"colour": ["red"]}), "'colour'"),
        (arrow({"key": [1], "vector": np.ones((1, 2), np.float32)}), "holds int64, not strings"),
        (arrow({"key": ["a", "b"], "vector": SCALARS}), "holds double, not lists"),
        (arrow({"key": ["a"], "vector": np.ones((1, 2), np.int32)}), "not lists of float32"),
        (arrow({"key": ["a"], "vector": np.ones((1, 3), np.float32)}), "has 3 numbers"),
        (
            arrow({"key": pa.array(["a"]).dictionary_encode(), "vector": [[1.0, 2.0]]}),
            "not strings",
        ),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_of_another_kind_is_refused_as_a_whole(pool: Pool, body: bytes, words: str) -> None:
    pool.make()

    run = refused(pool, body)

    assert words in run["reason"]
    assert (run["refused"], run["refused_count"], pool.rows(Part)) == ([], 0, [])


@pytest.mark.parametrize("body", [b"", b"\n", b" \r\n\n"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_lines_are_refused(pool: Pool, body: bytes) -> None:
    pool.make()

    assert "the upload is empty" in refused(pool, body, NDJSON)["reason"]


def test_the_first_hundred_refused_rows_are_told_in_order(pool: Pool) -> None:
    small_parts(pool, 50).make()
    sent = points(300)
    sent["vector"][::2, 1] = np.nan

    run = refused(pool, arrow(sent, rows_per_batch=33))

    assert run["refused_count"] == 150
    assert [row["row"] for row in run["refused"]] == list(range(0, 200, 2))
    assert run["refused"][3] == {
        "row": 6,
        "key": "0-6",
        "detail": "vector holds NaN, infinity or a number beyond float32",
    }
    assert "150 rows are not acceptable, so nothing was registered" in run["reason"]


LINES: list[tuple[bytes, str | None, str]] = [
    (b"{", None, "the line is not JSON"),
    (b"", None, "the line is not JSON"),
    (b"[1]", None, "the line is not a JSON object"),
    (b'{"vector": [1, 2]}', None, "key is missing"),
    (b'{"key": 7, "vector": [1, 2]}', None, "key is not a string"),
    (b'{"key": "", "vector": [1, 2]}', "", "key has 0 characters; 1 to 500 are allowed"),
    (b'{"key": "a\\u0000", "vector": [1, 2]}', "a\\u0000", "key holds a NUL character"),
    (b'{"key": "a\\ud800", "vector": [1, 2]}', "a\\ud800", "key holds half a surrogate pair"),
    (b'{"key": "a", "vector": [1, 2], "color": 1}', "a", "color is not a field of an item"),
    (b'{"key": "a", "vector": [1, 2, 3]}', "a", "vector has 3 numbers"),
    (b'{"key": "a", "vector": [1, "2"]}', "a", "vector must hold nothing but numbers"),
    (b'{"key": "a", "vector": [1, NaN]}', "a", "vector holds NaN"),
    (b'{"key": "a", "vector": [1, 1e400]}', "a", "vector holds NaN"),
    (b'{"key": "a", "vector": [1, 1e39]}', "a", "or a number beyond float32"),
    (b'{"key": "a", "vector": null}', "a", "vector must be a list of numbers"),
    (b'{"key": "a"}', "a", "vector is missing"),
    (b'{"key": "a", "text": "b"}', "a", "text the items of this project are of the type vector"),
    (b'{"key": "a", "vector": [1, 2], "metadata": [1]}', "a", "metadata is not an object"),
    (b'{"key": "a", "vector": [1, 2], "metadata": {"a": "\\u0000"}}', "a", "metadata holds a NUL"),
    (b'{"key": "a", "vector": [1, 2], "group": 3}', "a", "group is not a string"),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_line_is_refused_in_the_words_of_the_other_route(pool: Pool) -> None:
    pool.make()
    good = b'{"key": "good", "vector": [1, 2]}'
    body = b"\n".join([good, *(line for line, _, _ in LINES), good])

    run = refused(pool, body, NDJSON)

    assert run["refused_count"] == len(LINES)
    for number, (_, key, words) in enumerate(LINES):
        told = run["refused"][number]
        assert (told["row"], told["key"]) == (number + 1, key)
        assert words in told["detail"], told


COLUMNS: list[tuple[str, list[Any], str]] = [
    ("key", [None], "key is missing"),
    ("key", [""], "key has 0 characters"),
    ("key", ["é" * 501], "key has 501 characters"),
    ("key", ["a\0b"], "key holds a NUL character"),
    ("vector", [None], "vector is missing: the items of this project are of the type vector"),
    ("vector", [[1.0]], "vector has 1 numbers; the project's vectors have 2"),
    ("vector", [[1.0, None]], "vector holds NaN, infinity or a number beyond float32"),
    ("vector", [[1.0, 1e39]], "vector holds NaN, infinity or a number beyond float32"),
    ("vector", [[1.0, float("inf")]], "vector holds NaN, infinity or a number beyond float32"),
    ("metadata", ["{"], "metadata is not JSON"),
    ("metadata", ["[]"], "metadata is not an object"),
    ("metadata", ['{"a": 1e400}'], "metadata holds NaN, infinity"),
    ("group", ["g" * 501], "group has 501 characters; 0 to 500 are allowed"),
]


@pytest.mark.parametrize(("column", "values", "words"), COLUMNS)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_value_in_a_column_is_refused(
    pool: Pool, column: str, values: list[Any], words: str
) -> None:
    pool.make()
    sent: dict[str, list[Any]] = {
        "key": ["x", "y", "z"],
        "vector": [[1.0, 2.0]] * 3,
        "metadata": [None, '{"a": 1}', None],
        "group": ["g", None, None],
    }
    sent[column][2] = values[0]

    run = refused(pool, arrow(sent))

    assert [row["row"] for row in run["refused"]] == [2]
    assert words in run["refused"][0]["detail"]


@pytest.mark.parametrize("column", [["ok", None], ["ok", "x" * (2**20 + 1)], ["ok", "a\0"]])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_text_is_refused(pool: Pool, column: list[str | None]) -> None:
    pool.make(input={"type": "text"})

    run = refused(pool, arrow({"key": ["a", "b"], "text": column}))

    assert [row["row"] for row in run["refused"]] == [1]
    assert run["refused"][0]["detail"].startswith("text ")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_line_that_is_too_long_is_refused_and_the_next_one_is_read(pool: Pool) -> None:
    pool.make(input={"type": "text"})
    lines = [{"key": "a", "text": "x" * (6 * 2**20)}, {"key": "b"}]

    run = refused(pool, ndjson(lines), NDJSON)

    details = [row["detail"] for row in run["refused"]]
    assert "the line is longer than" in details[0]
    assert "text is missing" in details[1]


def test_a_key_with_other_content_refuses_the_upload(pool: Pool) -> None:
    pool.make()
    pool.api.add_vectors(pool.path, {"0-3": [9, 9]})
    repeated = [{"key": key, "vector": [n, 1]} for n, key in enumerate("abca")]

    known = refused(pool, arrow(points(10)))
    twice = refused(pool, ndjson(repeated), NDJSON)

    assert known["refused"] == [
        {"row": 3, "key": "0-3", "detail": "'0-3' is registered with other content"}
    ]
    assert [(row["row"], row["key"]) for row in twice["refused"]] == [(3, "a")]
