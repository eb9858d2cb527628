"""Uploads of probabilities that are not acceptable, from the request to the run."""

from typing import Any

import orjson
import pyarrow as pa
import pytest

from service.store.tables.learning import Version
from tests.workers.bringing import ARROW, NDJSON, arrow, make, put
from tests.workers.conftest import Pool


def test_one_row_that_is_not_acceptable_refuses_the_upload(pool: Pool) -> None:
    make(pool, 6)
    lines = [
        ("k0", {"fine": 0.5, "defect": 0.5}),
        ("k9", {"fine": 0.5, "defect": 0.5}),
        ("k1", {"fine": 0.5}),
        ("k2", {"fine": 0.5, "defect": 0.5, "odd": 0}),
        ("k3", {"fine": 0.5, "defect": 0.6}),
        ("k4", {"fine": -0.5, "defect": 1.5}),
        ("k5", {"fine": "half", "defect": 0.5}),
        ("k0", {"fine": 0.5, "defect": 0.5}),
        (7, {"fine": 0.5, "defect": 0.5}),
    ]
    body = [orjson.dumps({"key": key, "probabilities": row}) for key, row in lines]

    run = put(pool, b"\n".join([*body, b"{", b'{"key": "k5"}']))

    assert run["state"] == "failed"
    assert "row 1: there is no item of this key" in run["reason"]
    assert {each["row"]: each["detail"] for each in run["refused"]} == {
        1: "there is no item of this key",
        2: "has no probability of defect",
        3: "odd is not one of the classes",
        4: "the probabilities add up to 1.1, not to 1",
        5: "a probability is not between 0 and 1",
        6: "a probability is not a number",
        7: "its item comes twice in this upload",
        8: "key is not a string",
        9: run["refused"][8]["detail"],
        10: "the line is not an object with key and probabilities",
    }
    assert run["refused_count"] == 10
    assert pool.rows(Version) == []


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"fine": [0.5]}, "the columns must be key, and probabilities"),
        ({"probabilities": pa.array([[0.5, 0.25, 0.25]])}, "has 3 probabilities for 2 classes"),
        ({"fine": [float("nan")], "defect": [1.0]}, "a probability is not a finite number"),
        ({"fine": pa.array([None], pa.float64()), "defect": [1.0]}, "is not a finite number"),
    ],
)
def test_an_arrow_stream_that_is_not_acceptable_is_refused(
    pool: Pool, columns: dict[str, Any], said: str
) -> None:
    make(pool, 1)

    run = put(pool, arrow(key=["k0"], **columns), ARROW)

    assert run["state"] == "failed"
    assert said in run["reason"]


@pytest.mark.parametrize(("body", "media_type"), [(b"", NDJSON), (b"no arrow", ARROW)])
def test_what_is_no_upload_is_refused(pool: Pool, body: bytes, media_type: str) -> None:
    make(pool, 1)

    run = put(pool, body, media_type)

    assert (run["state"], run["refused"]) == ("failed", [])
    assert "the upload " in run["reason"]


def test_a_mark_at_the_start_and_white_space_at_the_end_are_no_rows(pool: Pool) -> None:
    make(pool, 1)
    line = b'{"key": "k0", "probabilities": {"fine": 0.5, "defect": 0.5}}'

    run = put(pool, b"\xef\xbb\xbf" + line + b"\r\n\n \n")

    assert run["state"] == "done", run


def test_what_is_no_number_is_told_with_its_key(pool: Pool) -> None:
    make(pool, 1)

    run = put(pool, b'{"key": "k0", "probabilities": {"fine": NaN, "defect": 0.5}}')

    assert run["refused"][0]["key"] == "k0"
    assert run["refused"][0]["detail"] == "a probability is not a finite number"
