"""Labelled files: what is read, and what is said of those that cannot be."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workers.encoders import text
from workers.learning.arrays import is_sparse
from workers.offline import formats
from workers.offline.reading import Data, Unreadable


def read(path: Path, content: str | bytes, **more: Any) -> Data:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return formats.read(path, **{"label": "label", "text": None} | more)


def problem(path: Path, content: str | bytes, **more: Any) -> str:
    with pytest.raises(Unreadable) as refused:
        read(path, content, **more)
    return str(refused.value)


def test_texts_become_the_counts_that_the_service_makes(tmp_path: Path) -> None:
    lines = '{"text": "a red car", "label": "car"}\n\n{"text": "a dog", "label": "animal"}\n'

    found = read(tmp_path / "a.jsonl", lines)

    assert is_sparse(found.features)
    assert (found.features != text.encode(["a red car", "a dog"])).nnz == 0
    assert (found.classes, found.labels.tolist()) == (["animal", "car"], [1, 0])


def test_vectors_and_packed_lines_are_read(tmp_path: Path) -> None:
    lines = b'{"vector": [1, 2.5], "y": 10}\n{"vector": [3, 4], "y": 9, "note": "x"}\n'

    found = read(tmp_path / "a.ndjson.gz", gzip.compress(lines), label="y")

    assert found.features.dtype == np.float32
    assert found.features.tolist() == [[1, 2.5], [3, 4]]
    assert (found.classes, found.labels.tolist()) == (["9", "10"], [1, 0])


def test_a_table_of_numbers_is_vectors(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", "x1,label,x2\n1,yes,2e-1\r\n\n-3,no,4\n")

    assert found.features.tolist() == [[1, np.float32(0.2)], [-3, 4]]
    assert (found.classes, found.labels.tolist()) == (["no", "yes"], [1, 0])


def test_a_table_with_a_text_is_texts(tmp_path: Path) -> None:
    alone = read(tmp_path / "a.csv", '\ufefflabel,mail\nspam,"buy, now\n ""all"""\nham,hello\n')
    named = read(tmp_path / "b.csv", "id,label,mail\n1,spam,buy\n2,ham,12\n", text="mail")

    assert (alone.features != text.encode(['buy, now\n "all"', "hello"])).nnz == 0
    assert (named.features != text.encode(["buy", "12"])).nnz == 0


@pytest.mark.parametrize("kinds", [("<f8", "<i8"), ("|u1", "<U3")], ids=["numbers", "words"])
def test_arrays_are_vectors(tmp_path: Path, kinds: tuple[str, str]) -> None:
    rows = np.arange(8).reshape(2, 2, 2).astype(kinds[0])
    np.savez(tmp_path / "a.npz", X=rows, y=np.array([2, 1]).astype(kinds[1]))

    found = formats.read(tmp_path / "a.npz", label="label", text=None)

    assert found.features.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert (found.classes, found.labels.tolist()) == (["1", "2"], [1, 0])


GOOD = '{"vector": [1, 2], "label": "a"}\n'
WITH_TEXT = GOOD + '{"text": "x", "label": "a"}'
WITH_BOTH = GOOD + '{"text": "x", "vector": [1], "label": "a"}'


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.txt", "", "is none that can be read: .jsonl"),
        ("a.jsonl", "", "holds no items"),
        ("a.jsonl", GOOD + "{", "line 2: is not JSON"),
        ("a.jsonl", GOOD + "[1]", "line 2: is no object with the field 'label'"),
        ("a.jsonl", GOOD + '{"vector": [1, 2]}', "line 2: is no object with the field 'label'"),
        ("a.jsonl", GOOD + '{"vector": [1, 2], "label": null}', "line 2: 'label' is to be a class"),
        ("a.jsonl", GOOD + '{"vector": [1, 2], "label": ""}', "line 2: 'label' is to be a class"),
        ("a.jsonl", GOOD + '{"vector": [1, NaN], "label": "a"}', "line 2: the vector holds NaN"),
        ("a.jsonl", GOOD + '{"vector": [1, "2"], "label": "a"}', "must hold nothing but numbers"),
        ("a.jsonl", GOOD + '\n{"vector": [1], "label": "a"}', "line 3: has 1 numbers; the first"),
        ("a.jsonl", WITH_TEXT, "line 2: texts and vectors cannot be mixed"),
        ("a.jsonl", WITH_BOTH, "line 2: needs a string 'text' or a list of numbers 'vector'"),
        ("a.jsonl", b"\xff\n", "is not UTF-8"),
        ("a.jsonl.gz", b"plain", "is cut short, or not what its name says"),
        (
            "a.jsonl.gz",
            gzip.compress(GOOD.encode() * 99, mtime=0)[:-20],
            "is cut short, or not what",
        ),
        ("a.csv", "x,y\n1,2\n", "line 1: there is no column 'label' in the header: x, y"),
        ("a.csv", "label,label\n1,2\n", "line 1: a column comes twice"),
        ("a.csv", "label\na\n", "line 1: there is no column beside that of the labels"),
        ("a.csv", "x,label\n1,a\n\n1,a,3\n", "line 4: has 3 cells; the header has 2"),
        ("a.csv", "x,label\n1,a\n,b\n", "line 3: 'x' is to be a number and is ''"),
        ("a.csv", "x,label\n1,a\n1e40,b\n", "line 3: the vector holds NaN, infinity or a number"),
        ("a.csv", "x,t,label\n1,dog,a\n", "line 2: t is no number"),
        ("a.csv", "x,label\n1,\n", "line 2: 'label' is to be a class"),
        ("a.csv", 'x,label\n"1,a\n', "is not CSV"),
        ("a.npz", b"PK", "is cut short, or not what its name says"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(
    tmp_path: Path, name: str, content: str | bytes, words: str
) -> None:
    assert words in problem(tmp_path / name, content)


def test_a_column_that_is_not_there_cannot_be_the_text(tmp_path: Path) -> None:
    assert "no column 'body'" in problem(tmp_path / "a.csv", "x,label\n1,a\n", text="body")


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"nowhere\.csv cannot be read: No such file"):
        formats.read(tmp_path / "nowhere.csv", label="label", text=None)


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"X": np.zeros((2, 2))}, "is to hold X and y; it holds X"),
        ({"X": np.zeros((2, 2)), "y": np.zeros(3, int)}, "a row of X for each of y"),
        ({"X": np.zeros((2, 2)), "y": np.zeros(2)}, "numbers as X and classes as y"),
        ({"X": np.array([[1.0], [np.nan]]), "y": np.zeros(2, int)}, "row 1: holds NaN"),
        ({"X": np.array([[1], [None]]), "y": np.zeros(2, int)}, "is to hold plain arrays"),
    ],
    ids=["no labels", "other length", "labels with fractions", "not a number", "objects"],
)
def test_arrays_that_do_not_fit_are_refused(
    tmp_path: Path, arrays: dict[str, Any], words: str
) -> None:
    np.savez(tmp_path / "a.npz", **arrays)

    with pytest.raises(Unreadable, match=words):
        formats.read(tmp_path / "a.npz", label="label", text=None)
