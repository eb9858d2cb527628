"""Documents of two topics with words as common as Zipf says, a JSON object a line."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.bench.pools import key_of
from benchmarks.bench.site import Site

WORDS = 50_000
LENGTH = 120
ROWS_AT_ONCE = 5_000
CLASSES = ["other", "relevant"]

RELEVANT = 0.3
"""Share of the documents that are about the topic."""

OWN = 0.15
"""Share of the words of such a document that are drawn by the topic's own ranks."""


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """Documents in a file of NDJSON with `key` and `text`, and the truth about them."""

    path: Path
    rows: int
    truth: npt.NDArray[np.int8]

    @property
    def settings(self) -> dict[str, object]:
        """What the service has to know of it to make a project."""
        task = {"type": "classification", "classes": CLASSES}
        return {"task": task, "input": {"type": "text"}}

    def answers(self, positions: npt.NDArray[np.int64]) -> dict[str, str]:
        """Right labels by key."""
        return {key_of(at): CLASSES[self.truth[at]] for at in positions.tolist()}


def documents(site: Site, *, rows: int) -> Corpus:
    """Write a corpus; once a run."""
    path = site.folder / f"{rows}.ndjson"
    rng = np.random.default_rng(rows)
    truth = (rng.random(rows) < RELEVANT).astype(np.int8)
    if not path.exists():
        _write(path, truth, rng)
    return Corpus(path=path, rows=rows, truth=truth)


def texts(path: Path, *, part: int, parts: int) -> list[str]:
    """Read every so-manieth document."""
    with path.open() as file:
        return [json.loads(line)["text"] for line in itertools.islice(file, part, None, parts)]


def _write(path: Path, truth: npt.NDArray[np.int8], rng: np.random.Generator) -> None:
    words = np.array(list(itertools.islice(_words(), WORDS)))
    rises = np.cumsum(1 / np.arange(1, WORDS + 1))
    rises /= rises[-1]
    topic = rng.permutation(WORDS)
    with path.open("w") as file:
        for first in range(0, len(truth), ROWS_AT_ONCE):
            part = truth[first : first + ROWS_AT_ONCE]
            drawn = np.searchsorted(rises, rng.random((len(part), LENGTH)))
            own = (rng.random(drawn.shape) < OWN) & (part[:, None] == 1)
            for row, chosen in enumerate(words[np.where(own, topic[drawn], drawn)]):
                file.write(json.dumps({"key": key_of(first + row), "text": " ".join(chosen)}))
                file.write("\n")


def _words() -> Iterator[str]:
    """Give pronounceable words, short ones first."""
    syllables = ["".join(each) for each in itertools.product("bdfgklmnprstvz", "aeiou")]
    for count in itertools.count(2):
        yield from map("".join, itertools.product(syllables, repeat=count))
