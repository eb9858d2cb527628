"""The formats of labelled files: lines of JSON, tables with a header, arrays of numpy."""

import csv
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workers.offline import reading
from workers.offline.reading import FORMATS, Data, Line, Unreadable, refused

_LONGEST_CELL = 2**31 - 1


def read(path: Path, *, label: str, text: str | None) -> Data:
    """Read a labelled file by its name.

    Args:
        label: name of the field or column that holds the class.
        text: name of the column that holds the text, of a table with others beside it.

    Raises:
        Unreadable: it cannot be read, or a line is not acceptable.
    """
    name = path.name.removesuffix(".gz")
    reader = _READERS.get(Path(name).suffix)
    if reader is None or path.name.endswith(".npz.gz"):
        raise Unreadable(f"{path} is none that can be read: {FORMATS}")
    return reader(path, label, text)


def _json_lines(path: Path, label: str, text: str | None) -> Data:
    with reading.opened(path) as file:
        return reading.data_of(path, _objects(path, file, label, text or "text"))


def _objects(path: Path, file: Iterator[str], label: str, text: str) -> Iterator[Line]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise refused(path, number, f"is not JSON: {error}") from None
        if not isinstance(row, dict) or label not in row:
            raise refused(path, number, f"is no object with the field '{label}'")
        there = [name for name in (text, "vector") if name in row]
        content = row[there[0]] if len(there) == 1 else None
        if not isinstance(content, str if there == [text] else list):
            what = f"a string '{text}' or a list of numbers 'vector', one of the two"
            raise refused(path, number, f"needs {what}")
        value = reading.label_of(path, number, label, row[label])
        yield Line(number=number, label=value, content=content)


def _table(path: Path, label: str, text: str | None) -> Data:
    csv.field_size_limit(_LONGEST_CELL)
    with reading.opened(path) as file:
        return reading.data_of(path, _rows(path, csv.reader(file, strict=True), label, text))


def _rows(path: Path, table: Any, label: str, text: str | None) -> Iterator[Line]:
    header: list[str] = []
    take: Callable[[Mapping[str, str], int], str | list[float]] | None = None
    for cells in _cells(path, table):
        number = table.line_num
        if not header:
            header = _header(path, cells, label, text)
            continue
        if len(cells) != len(header):
            problem = f"has {len(cells)} cells; the header has {len(header)}"
            raise refused(path, number, problem)
        row = dict(zip(header, cells, strict=True))
        value = reading.label_of(path, number, label, row.pop(label))
        take = take or _kind(path, row, number, text)
        yield Line(number=number, label=value, content=take(row, number))


def _cells(path: Path, table: Any) -> Iterator[list[str]]:
    try:
        for cells in table:
            if cells:
                yield cells
    except csv.Error as error:
        raise refused(path, table.line_num, f"is not CSV: {error}") from None


def _header(path: Path, names: Sequence[str], label: str, text: str | None) -> list[str]:
    header = list(names)
    missing = [name for name in (label, text) if name is not None and name not in header]
    if missing:
        there = ", ".join(header)
        raise refused(path, 1, f"there is no column '{missing[0]}' in the header: {there}")
    if len(set(header)) != len(header):
        raise refused(path, 1, "a column comes twice in the header")
    if len(header) < 2:
        raise refused(path, 1, "there is no column beside that of the labels")
    return header


def _kind(
    path: Path, first: Mapping[str, str], number: int, text: str | None
) -> Callable[[Mapping[str, str], int], str | list[float]]:
    """How the rows of a table are taken: its one text, or all numbers."""
    words = [name for name, cell in first.items() if _number(cell) is None]
    if text is None and len(words) == len(first) == 1:
        text = words[0]
    if text is not None:
        column = text
        return lambda row, _: row[column]
    if words:
        raise refused(
            path,
            number,
            f"{', '.join(words)} is no number: a table has numbers in all columns beside the "
            "label, or a text, which TEXT=column names",
        )

    def numbers(row: Mapping[str, str], at: int) -> list[float]:
        found = []
        for name, cell in row.items():
            value = _number(cell)
            if value is None:
                raise refused(path, at, f"'{name}' is to be a number and is {cell[:40]!r}")
            found.append(value)
        return found

    return numbers


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _arrays(path: Path, label: str, text: str | None) -> Data:
    there = _archive(path)
    if not {"X", "y"} <= there.keys():
        names = ", ".join(there) or "nothing"
        raise Unreadable(f"{path} is to hold X and y; it holds {names}")
    rows, labels = there["X"], there["y"]
    if rows.ndim < 2 or labels.shape != rows.shape[:1] or not len(rows):
        problem = f"X is {rows.shape} and y is {labels.shape}"
        raise Unreadable(f"{path} is to hold a row of X for each of y: {problem}")
    if rows.dtype.kind not in "fiub" or labels.dtype.kind not in "iubUS":
        problem = f"X is of {rows.dtype} and y of {labels.dtype}"
        raise Unreadable(f"{path} is to hold numbers as X and classes as y: {problem}")
    with np.errstate(over="ignore"):
        features = rows.reshape(len(rows), -1).astype(np.float32)
    broken = np.flatnonzero(~np.isfinite(features).all(axis=1))
    if len(broken):
        raise Unreadable(f"{path}, row {broken[0]}: holds NaN, infinity or a number beyond float32")
    return reading.with_classes(features, [str(each) for each in labels.tolist()])


def _archive(path: Path) -> dict[str, npt.NDArray[Any]]:
    with reading.readable(path), path.open("rb") as file:
        if not zipfile.is_zipfile(file):
            raise zipfile.BadZipFile("it is no archive of numpy.savez")
        try:
            with np.load(path, allow_pickle=False) as arrays:
                return dict(arrays)
        except ValueError:
            raise Unreadable(f"{path} holds objects, and is to hold plain arrays") from None


_READERS: Mapping[str, Callable[[Path, str, str | None], Data]] = {
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".csv": _table,
    ".npz": _arrays,
}
