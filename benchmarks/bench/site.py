"""Where a run of the benchmark works, and how large everything is."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Site:
    """A folder that is removed at the end, a scale, and somebody to tell."""

    folder: Path
    scale: float
    say: Callable[[str], None]

    @property
    def is_whole(self) -> bool:
        """Whether everything has the size that the targets are about."""
        return self.scale >= 1

    def count(self, full: int, *, least: int) -> int:
        """Scale a number of rows, repeats or seconds down.

        >>> Site(folder=Path(), scale=0.01, say=print).count(1_000_000, least=500)
        10000
        """
        return min(full, max(least, int(full * self.scale)))

    def path(self, name: str) -> Path:
        """A place in the folder, short enough for the path of a socket."""
        digest = hashlib.sha256(name.encode()).hexdigest()[:6]
        return self.folder / f"{name[:12]}-{digest}"
