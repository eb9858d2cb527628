"""Uploads of an item a line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from service.domain import values
from service.domain.contents import NewItem
from service.domain.values import LONGEST_GROUP, LONGEST_KEY, Unfit
from workers.uploads.rows import Cut, Malformed, Refusals, Rows, Wanted

_AT_ONCE = 2**22
_FIELDS = frozenset(("key", "vector", "text", "metadata", "group"))
_NEWLINE = ord("\n")
_FRAME = 2**20
"""Bytes that a line may have beside its text."""


def cut(path: Path, wanted: Wanted, *, rows: int, size: int) -> list[Cut]:
    """Cut lines into parts of at most so many rows, and about so many bytes.

    Raises:
        Malformed: there are none.
    """
    ends = _line_ends(path)
    if len(ends) == 0:
        raise Malformed("the upload is empty")
    parts = max(-(-len(ends) // rows), -(-int(ends[-1]) // size))
    step = -(-len(ends) // parts)
    cuts, row, begins = [], 0, 0
    while row < len(ends):
        by_size = int(np.searchsorted(ends, begins + 2 * size, side="right"))
        end = min(row + step, len(ends), max(by_size, row + 1))
        cuts.append(Cut(first_row=row, rows=end - row, begins=begins, ends=int(ends[end - 1])))
        row, begins = end, int(ends[end - 1])
    return cuts


def read(
    path: Path, part: Cut, wanted: Wanted, refusals: Refusals, *, rows: int
) -> Iterator[Rows | None]:
    """Read a part, so many lines at a time; what is not acceptable is told.

    A block of which a row is refused is None.
    """
    with path.open("rb") as file:
        file.seek(part.begins)
        for first in range(0, part.rows, rows):
            items, before = [], refusals.count
            for row in range(part.first_row + first, part.first_row + min(first + rows, part.rows)):
                key, problem = None, ""
                try:
                    value = parsed(_line(file, longest=4 * wanted.longest_text + _FRAME))
                    key = value.get("key")
                    items.append(_item(value, wanted))
                except Unfit as unfit:
                    problem = str(unfit)
                if problem:
                    refusals.add(row, key, problem)
            yield None if refusals.count > before else _columns(items, wanted)


def _line_ends(path: Path) -> npt.NDArray[np.int64]:
    """Where each line ends, behind its newline; white space at the end of the file is no line."""
    found, at, last = [], 0, 0
    with path.open("rb") as file:
        while chunk := file.read(_AT_ONCE):
            found.append(np.flatnonzero(np.frombuffer(chunk, np.uint8) == _NEWLINE) + at + 1)
            held = len(chunk.rstrip())
            last = at + held if held else last
            at += len(chunk)
    ends = np.concatenate([np.zeros(0, np.int64), *found])
    ends = ends[: int(np.searchsorted(ends, last, side="right"))]
    whole = ends[-1] if len(ends) else 0
    return np.append(ends, last) if last > whole else ends


def _line(file: BinaryIO, *, longest: int) -> bytes:
    line = file.readline(longest + 1)
    if len(line) <= longest or line.endswith(b"\n"):
        return line
    while rest := file.readline(_AT_ONCE):
        if rest.endswith(b"\n"):
            break
    raise Unfit(f"the line is longer than {longest} bytes")


def parsed(line: bytes) -> dict[str, Any]:
    """The object that a line is.

    Raises:
        Unfit: it is none.
    """
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        try:
            # NaN, Infinity and 1e400 are read here, so that the field that holds one is named.
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise Unfit(f"the line is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise Unfit("the line is not a JSON object")
    return value


def _item(value: dict[str, Any], wanted: Wanted) -> NewItem:
    unknown = value.keys() - _FIELDS
    if unknown:
        raise Unfit(f"{min(unknown)} is not a field of an item")
    if "key" not in value:
        raise Unfit("key is missing")
    try:
        vector = values.vector_of(value["vector"]) if "vector" in value else None
    except Unfit as unfit:
        raise Unfit(f"vector {unfit}") from None
    text = value.get("text", "")
    item = NewItem(
        key=_text("key", value["key"], wanted, most=LONGEST_KEY, least=1),
        text=_text("text", text, wanted) if "text" in value else None,
        vector=vector,
        metadata=_notes(value.get("metadata")),
        group=None
        if value.get("group") is None
        else _text("group", value["group"], wanted, most=LONGEST_GROUP),
    )
    problem = item.problem(wanted.input_type, wanted.dimensions)
    if problem is not None:
        raise Unfit(" ".join(problem))
    return item


def _text(
    name: str, value: object, wanted: Wanted, *, most: int | None = None, least: int = 0
) -> str:
    if not isinstance(value, str):
        raise Unfit(f"{name} is not a string")
    problem = values.problem_of_text(value, longest=wanted.longest_text)
    if problem is None and most is not None and not least <= len(value) <= most:
        problem = f"has {len(value)} characters; {least} to {most} are allowed"
    if problem:
        raise Unfit(f"{name} {problem}")
    return value


def _notes(value: object) -> dict[str, Any] | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Unfit("metadata is not an object")
    problem = values.problem_of_notes(value)
    if problem:
        raise Unfit(f"metadata {problem}")
    return value


def _columns(items: list[NewItem], wanted: Wanted) -> Rows:
    notes = [None if item.metadata is None else orjson.dumps(item.metadata) for item in items]
    vectors = np.frombuffer(b"".join(item.vector or b"" for item in items), "<f4")
    texts = [item.text for item in items]
    is_text = wanted.dimensions == 0
    return Rows(
        keys=pa.array([item.key for item in items], pa.string()),
        metadata=pa.array(notes, pa.binary()).cast(pa.string()),
        groups=pa.array([item.group for item in items], pa.string()),
        vectors=None if is_text else vectors.reshape(len(items), wanted.dimensions),
        texts=pa.array(texts, pa.string()) if is_text else None,
    )
