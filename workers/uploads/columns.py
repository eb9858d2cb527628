"""Columns of an Arrow upload: the right ones, and what in them is not acceptable."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from service.domain import values
from service.domain.catalogue import InputType
from service.domain.contents import NewItem
from service.domain.values import LONGEST_GROUP, LONGEST_KEY
from workers.uploads.rows import Malformed, Refusals, Rows, Wanted

_OPTIONAL = ("metadata", "group")
Rule = tuple[Any, Callable[[int], str]]
"""Which rows break it (an Arrow array of booleans), and what is said of one."""


def check(schema: Any, wanted: Wanted) -> None:
    """Compare the columns of an upload with what the project takes.

    Raises:
        Malformed: they are others.
    """
    name = str(wanted.input_type)
    _check_names(schema.names, name)
    for field in schema:
        is_empty = field.name in _OPTIONAL and pa.types.is_null(field.type)
        if field.name != "vector" and not is_empty and not _is_string(field.type):
            raise Malformed(f"the column {field.name} holds {field.type}, not strings")
    if name == "vector":
        _check_vectors(schema.field("vector").type, wanted.dimensions)


def read(batch: Any, wanted: Wanted, refusals: Refusals, *, first_row: int) -> Rows | None:
    """Read a batch; None if a row of it is refused."""
    names = batch.schema.names
    keys = batch.column("key").cast(pa.string())
    nothing = pa.nulls(batch.num_rows, pa.string())
    groups = batch.column("group").cast(pa.string()) if "group" in names else nothing
    problems: dict[int, str] = {}
    _find(problems, [(pc.is_null(keys), lambda _: "key is missing")])
    _find(problems, _rules("key", keys, least=1, most=LONGEST_KEY))
    _find(problems, _rules("group", groups, least=0, most=LONGEST_GROUP))
    vectors = texts = None
    if wanted.input_type == InputType.VECTOR:
        vectors = _vectors(batch.column("vector"), wanted, problems)
    else:
        texts = batch.column("text").cast(pa.string())
        _find(problems, _text_rules(texts, wanted))
    metadata = (
        _notes(batch.column("metadata").cast(pa.string()), problems)
        if "metadata" in names
        else nothing
    )
    for row in sorted(problems):
        refusals.add(first_row + row, keys[row].as_py(), problems[row])
    if problems:
        return None
    return Rows(keys=keys, metadata=metadata, groups=groups, vectors=vectors, texts=texts)


def is_list(kind: Any) -> bool:
    """Whether a column of a type holds lists, of one size or of any."""
    kinds = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return any(is_kind(kind) for is_kind in kinds)


def _check_names(names: list[str], content: str) -> None:
    known = {"key", content, *_OPTIONAL}
    for name in names:
        if name in ("vector", "text") and name != content:
            raise Malformed(f"{name}: the items of this project are of the type {content}")
        if name not in known or names.count(name) > 1:
            raise Malformed(f"the columns are key, {content}, metadata and group, not {name!r}")
    for name in ("key", content):
        if name not in names:
            raise Malformed(f"the column {name} is missing")


def _check_vectors(kind: Any, dimensions: int) -> None:
    if not is_list(kind) or kind.value_type not in (pa.float32(), pa.float64()):
        raise Malformed(f"the column vector holds {kind}, not lists of float32 or float64")
    if pa.types.is_fixed_size_list(kind) and kind.list_size != dimensions:
        raise Malformed(f"vector has {kind.list_size} numbers; the project's have {dimensions}")


def _is_string(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _find(problems: dict[int, str], rules: list[Rule]) -> None:
    """Note what is the matter with rows; what was found first of a row stays."""
    for mask, words in rules:
        if pc.any(mask).as_py():
            broken = pc.fill_null(mask, fill_value=False).to_numpy(zero_copy_only=False)
            for row in np.flatnonzero(broken).tolist():
                problems.setdefault(row, words(row))


def _rules(name: str, strings: Any, *, least: int, most: int) -> list[Rule]:
    lengths = pc.utf8_length(strings)
    is_wrong = pc.or_(pc.less(lengths, least), pc.greater(lengths, most))
    return [
        (pc.match_substring(strings, "\0"), lambda _: f"{name} holds a NUL character"),
        (
            is_wrong,
            lambda row: f"{name} has {lengths[row]} characters; {least} to {most} are allowed",
        ),
    ]


def _text_rules(texts: Any, wanted: Wanted) -> list[Rule]:
    sizes, most = pc.binary_length(texts), wanted.longest_text
    return [
        (pc.is_null(texts), lambda _: _missing(wanted)),
        (pc.match_substring(texts, "\0"), lambda _: "text holds a NUL character"),
        (
            pc.greater(sizes, most),
            lambda row: f"text is {sizes[row]} bytes long; {most} are allowed",
        ),
    ]


def _vectors(
    column: Any, wanted: Wanted, problems: dict[int, str]
) -> npt.NDArray[np.float32] | None:
    if pa.types.is_fixed_size_list(column.type):
        lengths = None
        is_wrong = pc.is_null(column)
    else:
        lengths = pc.list_value_length(column)
        is_wrong = pc.fill_null(pc.not_equal(lengths, wanted.dimensions), fill_value=True)

    def words(row: int) -> str:
        if lengths is None or not lengths[row].is_valid:
            return _missing(wanted)
        return f"vector has {lengths[row]} numbers; the project's vectors have {wanted.dimensions}"

    _find(problems, [(is_wrong, words)])
    good = np.flatnonzero(~is_wrong.to_numpy(zero_copy_only=False))
    numbers = (column if len(good) == len(column) else column.take(pa.array(good))).flatten()
    with np.errstate(all="ignore"):  # what float32 cannot hold becomes infinite, and is found
        matrix = numbers.to_numpy(zero_copy_only=False).astype(np.float32, copy=False)
        matrix = matrix.reshape(len(good), wanted.dimensions)
        # A null is read as NaN. The sum of a row tells at once that all of it is finite.
        is_fine = np.isfinite(matrix @ np.ones(wanted.dimensions, np.float32))
        doubtful = np.flatnonzero(~is_fine)
        broken = doubtful[~np.isfinite(matrix[doubtful]).all(axis=1)]
    for row in good[broken].tolist():
        problems.setdefault(row, "vector holds NaN, infinity or a number beyond float32")
    read: npt.NDArray[np.float32] = matrix
    return read


def _missing(wanted: Wanted) -> str:
    empty = NewItem(key="", text=None, vector=None, metadata=None, group=None)
    return " ".join(empty.problem(wanted.input_type, wanted.dimensions) or ())


def _notes(column: Any, problems: dict[int, str]) -> Any:
    """Objects in JSON, each written anew in one way."""
    found: list[bytes | None] = []
    for row, text in enumerate(column.to_pylist()):
        try:
            notes = None if text is None else _parsed(text)
        except ValueError as error:
            problems.setdefault(row, f"metadata is not JSON: {error}")
            notes = None
        if notes is not None and not isinstance(notes, dict):
            problems.setdefault(row, "metadata is not an object")
            notes = None
        problem = values.problem_of_notes(notes)
        if problem:
            problems.setdefault(row, f"metadata {problem}")
            notes = None
        found.append(None if notes is None else orjson.dumps(notes))
    return pa.array(found, pa.binary()).cast(pa.string())


def _parsed(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)
