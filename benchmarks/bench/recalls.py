"""Rankings of candidates and the rescan behind them: its seconds, and recall of its first thousand.

Nothing but the wire is used: a ranking that says `candidates` was made of a sample of the pool;
one without, of the same version, is the full rescan that follows it in the background.
"""

from benchmarks.bench.caller import Caller, until
from benchmarks.bench.figures import REPORTED, Figure
from benchmarks.bench.rounds import Round, Rounds

TOP = 1_000
PATIENCE_SECONDS = 300.0
NAME = "recall_10m"
RESCAN = "rescan"


def recall(caller: Caller, rounds: Rounds) -> Figure:
    """Measure one round: what is served first, against the full rescan of the same version."""
    rounds.measure()
    project = rounds.project
    ranking = caller.get(project)["ranking"]
    if not ranking.get("candidates"):
        return Figure(name=NAME, unit="", target=REPORTED, note="each ranking was a full scan")
    served = top(caller, project)
    _wait_for_rescan(caller, project)
    after = caller.get(project)["ranking"]
    if after["version"] != ranking["version"]:
        return Figure(name=NAME, unit="", target=REPORTED, note="another version came in between")
    return Figure(
        name=NAME,
        unit="",
        value=share_of(served, top(caller, project)),
        target=REPORTED,
        details={"candidates": ranking["candidates"], "top": TOP},
    )


def full_scan(caller: Caller, project: str, measured: Round) -> float:
    """Give the seconds of a run that looks at every row: its stages, those of the rescan included.

    A round whose ranking is of candidates has fitted and sampled; the rescan scores and ranks.
    """
    if not caller.get(project)["ranking"].get("candidates"):
        ended = caller.runs(project)[0]
        if ended["kind"] != RESCAN:
            return sum(measured.stages.values())
    _wait_for_rescan(caller, project)
    rescan = next(run for run in caller.runs(project) if run["kind"] == RESCAN)
    return float(measured.stages["retrain"] + sum(rescan["seconds"].values()))


def top(caller: Caller, project: str) -> list[str]:
    """Give the keys of the first thousand places."""
    places = caller.get(f"{project}/ranking?limit={TOP}")["data"]
    return [place["key"] for place in places]


def share_of(served: list[str], exact: list[str]) -> float:
    """Give the share of the exact keys that were served.

    >>> share_of(["a", "b", "x"], ["a", "b", "c", "d"])
    0.5
    """
    return len(set(served) & set(exact)) / len(exact)


def _wait_for_rescan(caller: Caller, project: str) -> None:
    until(
        lambda: not caller.get(project)["ranking"].get("candidates"),
        f"a full rescan of {project}",
        seconds=PATIENCE_SECONDS,
        pause=0.2,
    )
