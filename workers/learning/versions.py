"""What a fit leaves behind: one kind of record for each way to judge rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.svm import SVC

from workers.learning.arrays import Floats, Ints
from workers.learning.scaling import Scaling


@dataclass(frozen=True, kw_only=True, eq=False)
class _Version:
    """What every fit leaves behind."""

    classes: int
    """Number of classes of the project."""
    seen: Ints
    """Indices of the classes that had training labels, ascending, int64[k]."""
    scaling: Scaling
    report: Mapping[str, Any]
    """What was chosen, and how well it did in cross-validation; fit for JSON."""
    temperature: float = 1.0
    """Log-probabilities are divided by it; above 1 makes an overconfident version modest."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Linear(_Version):
    """A linear version: arrays only.

    With two seen classes there is one row of coefficients, for the second; else one a class.
    """

    coefficients: Floats
    """float64[1 or k, d], over scaled features; over `columns` only when these are given."""
    intercept: Floats
    """float64[1 or k]."""
    columns: Ints | None
    """Terms that occur in the training rows; all other coefficients are exactly zero."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Landmarks(_Version):
    """A linear version over a row's likeness to some rows (Nystroem): arrays only."""

    landmarks: Floats
    """Scaled rows, float64[m, d]."""
    gamma: float
    """Likeness is exp(-gamma * squared distance)."""
    coefficients: Floats
    """float64[1 or k, m]."""
    intercept: Floats
    """float64[1 or k]."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Gaussian(_Version):
    """A normal distribution of its own for each feature of each class: arrays only."""

    means: Floats
    """Of scaled features, float64[k, d]."""
    variances: Floats
    """float64[k, d], above 0."""
    log_prior: Floats
    """float64[k]."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Kernel(_Version):
    """A support vector machine with a kernel; its classes are indices as in `seen`."""

    machine: SVC


@dataclass(frozen=True, kw_only=True, eq=False)
class Forest(_Version):
    """Decision trees that vote: arrays only, of the nodes of all trees in a row."""

    nodes: npt.NDArray[Any]
    """Splits and leaves as scikit-learn has them, structured[m]."""
    shares: Floats
    """Of the classes in each node, float64[m, k]."""
    sizes: Ints
    """Nodes of each tree, int64[t]."""
    depths: Ints
    """int64[t]."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Boosted(_Version):
    """Decision trees that add up; their classes are indices as in `seen`."""

    machine: HistGradientBoostingClassifier


Fitted: TypeAlias = Linear | Landmarks | Gaussian | Kernel | Forest | Boosted
