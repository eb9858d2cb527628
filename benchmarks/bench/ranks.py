"""Labels to the new ranking, against the same work in one process in memory."""

from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from benchmarks.bench import pools
from benchmarks.bench.caller import calling
from benchmarks.bench.figures import Figure, Target, percentile
from benchmarks.bench.floors import Floor, Parts
from benchmarks.bench.rounds import RETRAIN, Round, Rounds
from benchmarks.bench.servers import on_postgres
from benchmarks.bench.site import Site
from benchmarks.bench.uploads import register

WIDTH = 384
REPEATS = 7
OVERHEAD_SECONDS = 0.25
SMALL_SECONDS = 0.5
LEAST_ROWS = 2_000

# Both standardise, so that both solve the same problem in as many steps.
ESTIMATOR = {"name": "logistic", "scaling": "standard"}


def large(classes: int) -> Callable[[Site], Sequence[Figure]]:
    """Measure a pool of a million."""

    def measure(site: Site) -> Sequence[Figure]:
        rounds, floors = _measure(site, rows=1_000_000, classes=classes)
        floor = median(each.total for each in floors)
        target = Target(words="at most 2 x floor + 0.25 s", bound=2 * floor + OVERHEAD_SECONDS)
        return [_figure(f"rank_1m_k{classes}", target, rounds, floors)]

    return measure


def small(site: Site) -> Sequence[Figure]:
    """Measure a pool of a hundred thousand."""
    rounds, floors = _measure(site, rows=100_000, classes=2)
    target = Target(words="at most 0.5 s", bound=SMALL_SECONDS)
    return [_figure("rank_100k", target, rounds, floors)]


def told(rounds: Sequence[Round]) -> dict[str, Any]:
    """Sum up rounds for the details of a figure."""
    stages = sorted({stage for each in rounds for stage in each.stages})
    seconds = [each.seconds for each in rounds]
    return {
        "seconds": [round(each, 4) for each in seconds],
        "p50": round(percentile(seconds, 0.5), 4),
        "p95": round(percentile(seconds, 0.95), 4),
        "label_request": round(median(each.posted for each in rounds), 4),
        "stages": {
            stage: round(median(each.stages.get(stage, 0.0) for each in rounds), 4)
            for stage in stages
        },
        "between": round(median(each.seconds - sum(each.stages.values()) for each in rounds), 4),
    }


def _measure(site: Site, *, rows: int, classes: int) -> tuple[list[Round], list[Parts]]:
    pool = pools.vectors(
        site, rows=site.count(rows, least=LEAST_ROWS), width=WIDTH, classes=classes
    )
    floor = Floor(pools.read(pool))
    with on_postgres(site, f"rank-{rows}-{classes}") as service, calling(service.address) as caller:
        settings = {"estimator": ESTIMATOR, "retrain": RETRAIN, **pool.settings}
        project = caller.make_project({"name": "rank", "seed": 1, **settings})
        site.say(f"registering {pool.rows:,} items")
        register(caller, project, pool)
        ours, rounds, floors = Rounds(caller, project, pool), [], []
        ours.warm_up()
        floor.round(ours.labelled, pool.truth[ours.labelled])
        for _ in range(site.count(REPEATS, least=3)):
            known = ours.coming()
            floors.append(floor.round(known, pool.truth[known]))
            rounds.append(ours.measure())
            site.say(f"{rounds[-1].seconds:.3f} s, floor {floors[-1].total:.3f} s")
    return rounds, floors


def _figure(name: str, target: Target, rounds: list[Round], floors: list[Parts]) -> Figure:
    parts = ("fit", "product", "top")
    return Figure(
        name=name,
        unit="s",
        value=median(each.seconds for each in rounds),
        base=median(each.total for each in floors),
        base_of="fit, one product, top in memory",
        target=target,
        details={
            **told(rounds),
            "floors": [round(each.total, 4) for each in floors],
            "floor": {
                part: round(median(getattr(each, part) for each in floors), 4) for part in parts
            },
        },
    )
