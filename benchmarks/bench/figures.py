"""What a measurement leaves behind: a value, what it is judged by, and whether that was reached."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Judged(StrEnum):
    """Which number of a figure its target is about."""

    VALUE = "value"
    RATIO = "ratio"


@dataclass(frozen=True, kw_only=True)
class Target:
    """A bound, on one side, and the words for it."""

    words: str
    bound: float | None = None
    """None: there is nothing to reach, the figure is for knowing."""
    is_least: bool = False
    """Whether the bound is the least that is good, not the most."""
    judged: Judged = Judged.VALUE

    def is_met_by(self, number: float) -> bool | None:
        """Whether a number is on the right side; none where there is no bound.

        >>> Target(words="at most 2", bound=2).is_met_by(2.0)
        True
        >>> Target(words="at least 2", bound=2, is_least=True).is_met_by(1.9)
        False
        """
        if self.bound is None:
            return None
        return number >= self.bound if self.is_least else number <= self.bound


REPORTED = Target(words="reported")
"""Of what has nothing to reach."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One row of the table."""

    name: str
    unit: str
    target: Target
    value: float | None = None
    """None: not measured; `note` says why."""
    base: float | None = None
    """The floor or the peer, in the unit of the value."""
    base_of: str = ""
    note: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """The value over its base; none where there is no base."""
        return self.value / self.base if self.value is not None and self.base else None

    @property
    def is_reached(self) -> bool | None:
        """Whether the target was reached; none where there is none, or nothing was measured."""
        number = self.ratio if self.target.judged is Judged.RATIO else self.value
        return None if number is None else self.target.is_met_by(number)

    def record(self) -> dict[str, Any]:
        """Give all of it as JSON."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "base": self.base,
            "base_of": self.base_of,
            "ratio": self.ratio,
            "target": self.target.words,
            "judged": self.target.judged,
            "bound": self.target.bound,
            "is_reached": self.is_reached,
            "note": self.note,
            "details": dict(self.details),
        }


def percentile(values: Sequence[float], share: float) -> float:
    """Give the smallest value that at least this share of the values does not exceed.

    >>> percentile([3.0, 1.0, 2.0, 4.0], 0.5), percentile([3.0, 1.0, 2.0, 4.0], 0.95)
    (2.0, 4.0)
    """
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
