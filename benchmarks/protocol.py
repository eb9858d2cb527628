"""The protocol of a published benchmark: its data, its splits, its figures.

Zhan et al. (IJCAI 2021), rerun by Lu et al. (arXiv 2306.08954): pool-based uncertainty sampling by
a support vector machine, one label at a time, on small tables in LIBSVM's format.
"""

import gzip
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

INITIAL = 20
"""Items whose labels are known at the start."""

TRAIN_SHARE = 0.6

PUBLISHED: Mapping[tuple[str, int], float] = {
    ("heart", 0): 0.81941,
    ("heart", 1): 0.80285,
    ("heart", 2): 0.83480,
    ("sonar", 0): 0.78400,
    ("sonar", 1): 0.81399,
}
"""Areas under the curves of uncertainty sampling, by data set and seed."""

DIGITS = 5
"""Of what is published."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A data set: float64[n, d], and a class for each row."""

    rows: npt.NDArray[np.float64]
    classes: list[str]


@dataclass(frozen=True, kw_only=True)
class Split:
    """Rows to learn from, in the order of registration, and rows to be judged on."""

    train: list[int]
    test: list[int]


def read(path: Path) -> Table:
    """Read a data set in LIBSVM's format, gzipped."""
    with gzip.open(path, "rt") as file:
        lines = [line.split() for line in file if line.strip()]
    entries = [[entry.split(":") for entry in line[1:]] for line in lines]
    width = max(int(column) for row in entries for column, _ in row)
    rows = np.zeros((len(lines), width))
    for number, row in enumerate(entries):
        for column, value in row:
            rows[number, int(column) - 1] = float(value)
    return Table(rows=rows, classes=[str(int(float(line[0]))) for line in lines])


def split(count: int, seed: int) -> Split:
    """Shuffle and cut; then shuffle what to learn from with a new generator of the same seed."""
    order = np.arange(count)
    np.random.default_rng(seed).shuffle(order)
    cut = int(TRAIN_SHARE * count)
    train = order[:cut].copy()
    np.random.default_rng(seed).shuffle(train)
    return Split(train=train.tolist(), test=order[cut:].tolist())


def can_start(table: Table, given: Split) -> bool:
    """Whether the initial labels hold every class; the benchmark skips a seed where not."""
    return {table.classes[row] for row in given.train[:INITIAL]} == set(table.classes)


def is_published(here: float, published: float) -> bool:
    """Whether a published figure may be this one, rounded up or down where it lies between.

    >>> is_published(0.828125, 0.82813), is_published(0.82812, 0.82813)
    (True, False)
    """
    return math.isclose(here, published, rel_tol=0.0, abs_tol=0.5001 * 10**-DIGITS)
