"""A labelled file into texts or vectors with their classes; or what is wrong, and in which line."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

import numpy as np

from service.domain.values import Unfit, vector_of
from workers.encoders import text, vector
from workers.learning.arrays import Ints, Matrix

FORMATS = ".jsonl, .ndjson or .csv, also with .gz behind it, or .npz"
LONGEST_LABEL = 200


class Unreadable(Exception):
    """The file cannot be replayed; the message names it and, where there is one, the line."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Data:
    """Labelled items: raw rows float32[n, d] or CSR term weights, int64[n] into the classes."""

    features: Matrix
    labels: Ints
    classes: list[str]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One item as it was read: a text or numbers, and its label."""

    number: int
    label: str
    content: str | list[float]


def data_of(path: Path, lines: Iterator[Line]) -> Data:
    """Encode lines as the service would encode items.

    Raises:
        Unreadable: a line is not like the first one, or there are none.
    """
    labels: list[str] = []
    texts: list[str] = []
    vectors: list[bytes] = []
    for line in lines:
        labels.append(line.label)
        if isinstance(line.content, str):
            texts.append(line.content)
        else:
            vectors.append(_vector(path, line, vectors))
        if texts and vectors:
            raise refused(path, line.number, "texts and vectors cannot be mixed")
    if not labels:
        raise Unreadable(f"{path} holds no items")
    dimensions = len(vectors[0]) // vector.BYTES_PER_NUMBER if vectors else 0
    features = text.encode(texts) if texts else vector.decode(vectors, dimensions)
    return with_classes(features, labels)


def with_classes(features: Matrix, labels: Sequence[str]) -> Data:
    """Number the classes: as numbers if they all are, else by the alphabet."""
    names = set(labels)
    are_numbers = all(name.lstrip("-").isdecimal() for name in names)
    classes = sorted(names, key=int) if are_numbers else sorted(names)
    index = {name: number for number, name in enumerate(classes)}
    numbers: Ints = np.array([index[label] for label in labels], dtype=np.int64)
    return Data(features=features, labels=numbers, classes=classes)


def label_of(path: Path, number: int, name: str, value: object) -> str:
    """The class that a line gives.

    Raises:
        Unreadable: it is none.
    """
    if isinstance(value, bool | int):
        value = str(value)
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST_LABEL:
        about = f"'{name}' is to be a class: 1 to {LONGEST_LABEL} characters, or a whole number"
        raise refused(path, number, about)
    return value


def refused(path: Path, number: int, problem: str) -> Unreadable:
    """What is said of a line."""
    return Unreadable(f"{path}, line {number}: {problem}")


@contextmanager
def opened(path: Path) -> Iterator[IO[str]]:
    """A file of lines, unpacked where its name says that it is packed.

    Raises:
        Unreadable: it is not there, not packed so, or not UTF-8.
    """
    with readable(path), path.open("rb") as file, _unpacked(path, file) as plain:
        yield io.TextIOWrapper(plain, encoding="utf-8-sig", newline="")


def _unpacked(path: Path, file: BinaryIO) -> BinaryIO:
    # A `GzipFile` reads as any binary file does, and is typed as less.
    return cast(BinaryIO, gzip.GzipFile(fileobj=file)) if path.suffix == ".gz" else file


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn what may be wrong with any file into words.

    Raises:
        Unreadable: the file is not there, or its bytes are not what its name says.
    """
    try:
        yield
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path} is not UTF-8: {error.reason}") from None
    except (EOFError, zipfile.BadZipFile, zlib.error, gzip.BadGzipFile) as error:
        raise Unreadable(f"{path} is cut short, or not what its name says: {error}") from None
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}") from None


def _vector(path: Path, line: Line, before: Sequence[bytes]) -> bytes:
    try:
        numbers = vector_of(line.content)
    except Unfit as problem:
        raise refused(path, line.number, f"the vector {problem}") from None
    if before and len(before[0]) != len(numbers):
        here, there = (len(each) // vector.BYTES_PER_NUMBER for each in (numbers, before[0]))
        raise refused(path, line.number, f"has {here} numbers; the first line has {there}")
    return numbers
