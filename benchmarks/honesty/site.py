"""What every experiment on honesty is given."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.selection import data
from workers.asking import Pool


@dataclass(frozen=True, kw_only=True)
class Site:
    """A folder of data sets, how often to replay, and somebody to tell."""

    folder: Path
    replays: int | None
    """None for each experiment's own number."""
    say: Callable[[str], None]

    def pool(self, name: str) -> Pool:
        """A data set, as `benchmarks.selection.data` names it."""
        return data.pool(self.folder, name)

    def count(self, usual: int) -> int:
        """How often to replay."""
        return usual if self.replays is None else min(usual, self.replays)
