"""The report of a pool of a million with ten thousand labels: how soon it is answered."""

import time
from collections.abc import Sequence

from benchmarks.bench import pools
from benchmarks.bench.caller import calling
from benchmarks.bench.figures import Figure, Target, percentile
from benchmarks.bench.rounds import BEFORE, RETRAIN, Rounds
from benchmarks.bench.servers import on_postgres
from benchmarks.bench.site import Site
from benchmarks.bench.uploads import BEHIND, register

ROWS, WIDTH = 1_000_000, 64
LABELS = 10_000
READS = 300
LEAST_ROWS = 2_000
MOST_MILLISECONDS = 300.0
PATIENCE_SECONDS = 900.0


def measure(site: Site) -> Sequence[Figure]:
    """Label, wait until the report knows of it, and read it."""
    pool = pools.vectors(site, rows=site.count(ROWS, least=LEAST_ROWS), width=WIDTH)
    with on_postgres(site, "report") as service, calling(service.address) as caller:
        settings = {"name": "report", "seed": 1, "retrain": RETRAIN, **pool.settings}
        project = caller.make_project(settings)
        site.say(f"registering {pool.rows:,} items")
        register(caller, project, pool)
        rounds = Rounds(caller, project, pool)
        for _ in range(max(1, site.count(LABELS, least=BEFORE) // BEFORE)):
            rounds.advance(min(BEFORE, pool.rows // 4))
        runs = caller.wait_until_idle(project, seconds=PATIENCE_SECONDS)
        seconds = []
        for _ in range(site.count(READS, least=10)):
            began = time.perf_counter()
            report = caller.get(f"{project}/report")
            seconds.append(time.perf_counter() - began)
    made = [sum(run["seconds"].values()) for run in runs if run["kind"] in BEHIND]
    return [
        Figure(
            name="report_1m",
            unit="ms",
            value=1000 * percentile(seconds, 0.95),
            target=Target(words="at most 300 ms", bound=MOST_MILLISECONDS),
            details={
                "p50": round(1000 * percentile(seconds, 0.5), 2),
                "labels": len(rounds.labelled),
                "labels_since": report["labels_since"],
                "audit_labels": report["quality"]["audit_labels"],
                "seconds_of_runs_behind": [round(each, 2) for each in made],
            },
        )
    ]
