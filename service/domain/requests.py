"""What clients ask for and send: batches, labels, items that they look for."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is asked for."""

    size: int
    annotator: str
    resume: bool = False


@dataclass(frozen=True, kw_only=True)
class NewLabel:
    """A label as a client sends it; no value is a skip."""

    key: str
    value: str | None
    annotator: str
    prediction_shown: bool = False


@dataclass(frozen=True, kw_only=True)
class Search:
    """Which items are looked for: all in a state, those with words, or those near to one."""

    state: str | None
    limit: int
    query: Sequence[str] = ()
    near: str | None = None
    after: int | None = None
    """Position to go on behind."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One annotator's answer for one item; no value is a skip."""

    position: int
    annotator: str
    value: int | None
    prediction_shown: bool = False

    @property
    def whose(self) -> tuple[int, str]:
        """What there is one current answer for."""
        return self.position, self.annotator
