"""All measurements by name, in the order in which they are run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.bench import crowds, ingests, larges, machines, ranks, reports, texts
from benchmarks.bench.figures import Figure
from benchmarks.bench.site import Site


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One service or a few, started once, and the figures that come out."""

    names: tuple[str, ...]
    """Any of them asks for it; figures have these names, or begin with them."""
    run: Callable[[Site], Sequence[Figure]]


ALL = (
    Measurement(names=("rank_1m_k2",), run=ranks.large(2)),
    Measurement(names=("rank_1m_k10",), run=ranks.large(10)),
    Measurement(names=("rank_100k",), run=ranks.small),
    Measurement(names=("text_200k",), run=texts.measure),
    Measurement(names=("crowd_pg", "crowd_scale", "crowd_reach"), run=crowds.on_a_server),
    Measurement(names=("crowd_sqlite",), run=crowds.embedded),
    Measurement(names=("ingest_arrow",), run=ingests.vectors),
    Measurement(names=("ingest_text",), run=ingests.texts),
    Measurement(names=("memory_10m", "linear", "recall_10m"), run=larges.measure),
    Measurement(names=("two_machines",), run=machines.measure),
    Measurement(names=("report_1m",), run=reports.measure),
)

NAMES = tuple(name for each in ALL for name in each.names)


def chosen(names: Sequence[str]) -> list[Measurement]:
    """Give those that are asked for; all, if none is.

    >>> [each.names[0] for each in chosen(["linear", "rank_100k"])]
    ['rank_100k', 'memory_10m']
    """
    return [each for each in ALL if not names or set(names) & set(each.names)]


def place_of(figure: str) -> int:
    """Where a figure stands in the table."""
    for at, name in enumerate(NAMES):
        if figure.startswith(name) and figure.removeprefix(name)[:1] in ("", "_"):
            return at
    return len(NAMES)
