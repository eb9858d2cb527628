"""Uploads of probabilities: NDJSON or an Arrow stream, read some rows at a time and judged."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from service.domain.values import Unfit
from workers.learning.arrays import Floats
from workers.uploads import columns, ndjson
from workers.uploads.rows import Malformed

Mask = npt.NDArray[np.bool_]

TOLERANCE = 1e-3
_AT_ONCE = 8_192
_LONGEST_LINE = 2**22


@dataclass(frozen=True, kw_only=True, eq=False)
class Brought:
    """Some rows, as they came."""

    keys: Sequence[Any]
    proba: Floats
    """float64[n, K] in the order of the classes; NaN in rows that have a problem."""
    problems: dict[int, str]
    """What is wrong with rows, by their index here."""


def read(path: Path, media_type: str, classes: Sequence[str]) -> Iterator[Brought]:
    """Read an upload.

    Raises:
        Malformed: it is not what its media type says, or lacks a column.
    """
    batches = _ndjson(path, classes) if media_type.endswith("ndjson") else _arrow(path, classes)
    for batch in batches:
        for index, problem in _unlikely(batch.proba).items():
            batch.problems.setdefault(index, problem)
        for index, key in enumerate(batch.keys):
            if not isinstance(key, str) and index not in batch.problems:
                batch.problems[index] = "key is not a string"
        yield batch


def _unlikely(proba: Floats) -> dict[int, str]:
    """Rows that are no probabilities."""
    found: dict[int, str] = {}
    is_finite: Mask = np.all(np.isfinite(proba), axis=1)
    is_inside: Mask = np.all((proba >= 0) & (proba <= 1), axis=1)
    total = proba.sum(axis=1)
    for index in np.flatnonzero(~is_finite | ~is_inside | (np.abs(total - 1) > TOLERANCE)).tolist():
        if not is_finite[index]:
            found[index] = "a probability is not a finite number"
        elif not is_inside[index]:
            found[index] = "a probability is not between 0 and 1"
        else:
            found[index] = f"the probabilities add up to {total[index]:.6g}, not to 1"
    return found


def _ndjson(path: Path, classes: Sequence[str]) -> Iterator[Brought]:
    wanted = set(classes)
    with path.open("rb") as file:
        lines = _lines(file)
        while batch := list(islice(lines, _AT_ONCE)):
            keys: list[Any] = []
            proba = np.full((len(batch), len(classes)), np.nan)
            problems: dict[int, str] = {}
            for index, line in enumerate(batch):
                key, row = _line(line, wanted)
                keys.append(key)
                if isinstance(row, str):
                    problems[index] = row
                else:
                    proba[index] = [row[name] for name in classes]
            yield Brought(keys=keys, proba=proba, problems=problems)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Every line; white space at the end of the file is none."""
    blank: list[bytes] = []
    while line := file.readline(_LONGEST_LINE):
        if not line.strip():
            blank.append(line)
            continue
        yield from blank
        blank = []
        yield line


def _line(line: bytes, classes: set[str]) -> tuple[Any, dict[str, Any] | str]:
    """The key of a line, and its probabilities or what is wrong with it."""
    try:
        value = ndjson.parsed(line)
    except Unfit as unfit:
        return None, str(unfit)
    if set(value) != {"key", "probabilities"}:
        return None, "the line is not an object with key and probabilities"
    return value["key"], _named(value["probabilities"], classes)


def _named(row: object, classes: set[str]) -> dict[str, Any] | str:
    if not isinstance(row, dict):
        return "probabilities is not an object"
    if missing := classes - set(row):
        return f"has no probability of {min(missing)}"
    if unknown := set(row) - classes:
        return f"{min(unknown)} is not one of the classes"
    if not set(map(type, row.values())) <= {int, float}:
        return "a probability is not a number"
    return row


def _arrow(path: Path, classes: Sequence[str]) -> Iterator[Brought]:
    try:
        with pa.memory_map(str(path)) as file, pa.ipc.open_stream(file) as stream:
            _check(stream.schema, classes)
            for batch in stream:
                for first in range(0, len(batch), _AT_ONCE):
                    yield _of_batch(batch.slice(first, _AT_ONCE), classes)
    except (pa.ArrowException, EOFError, OSError) as error:
        raise Malformed(f"the upload is no whole Arrow stream: {error}") from None


def _check(schema: Any, classes: Sequence[str]) -> None:
    names = set(schema.names)
    if len(names) != len(schema.names):
        raise Malformed("two columns have the same name")
    wanted = {"probabilities"} if _has_list(schema) else set(classes)
    if names != wanted | {"key"}:
        raise Malformed(
            "the columns must be key, and probabilities (a list in the order of the classes) or "
            f"one for each class ({', '.join(classes)}); they are {', '.join(schema.names)}"
        )


def _has_list(schema: Any) -> bool:
    return "probabilities" in schema.names and columns.is_list(schema.field("probabilities").type)


def _of_batch(batch: Any, classes: Sequence[str]) -> Brought:
    keys = batch.column("key").to_pylist()
    proba = np.full((len(batch), len(classes)), np.nan)
    problems: dict[int, str] = {}
    if not _has_list(batch.schema):
        for number, name in enumerate(classes):
            proba[:, number] = _numbers(batch.column(name))
        return Brought(keys=keys, proba=proba, problems=problems)
    lists = batch.column("probabilities")
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    is_whole = lengths == len(classes)
    for index in np.flatnonzero(~is_whole).tolist():
        problems[index] = f"has {lengths[index]} probabilities for {len(classes)} classes"
    values = _numbers(lists.filter(pa.array(is_whole)).flatten())
    proba[is_whole] = values.reshape(-1, len(classes))
    return Brought(keys=keys, proba=proba, problems=problems)


def _numbers(column: Any) -> Floats:
    """A column as float64; what is null is NaN."""
    numbers: Floats = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return numbers
