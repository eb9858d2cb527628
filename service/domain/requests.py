"""What annotators' tools ask for and send: batches and labels."""

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
