"""Rankings of candidates and the rescan behind them: its seconds, and recall of its first thousand.

Nothing but the wire is used: a ranking that says `candidates` was made of a sample of the pool;
one without, of the same version, is the full rescan that follows it in the background.
"""

from collections.abc import Mapping
from statistics import median

from benchmarks.bench.caller import Caller, until
from benchmarks.bench.figures import REPORTED, Figure
from benchmarks.bench.rounds import Round, Rounds

TOP = 1_000
REPEATS = 3
PATIENCE_SECONDS = 300.0
NAME = "recall_10m"
RESCAN = "rescan"


def recall(caller: Caller, rounds: Rounds) -> Figure:
    """Measure some rounds: what is served first, against the full rescan of the same version."""
    found = [_of_round(caller, rounds) for _ in range(REPEATS)]
    shares = [share for share in found if share is not None]
    if not shares:
        return Figure(name=NAME, unit="", target=REPORTED, note="no rescan of what was served")
    return Figure(
        name=NAME,
        unit="",
        value=median(shares),
        target=REPORTED,
        details={"shares": found, "top": TOP},
    )


def _of_round(caller: Caller, rounds: Rounds) -> float | None:
    """Give the share of one round; None where candidates and rescan are not of one new version."""
    project = rounds.project
    before = caller.get(project)["ranking"]
    rounds.measure()
    ranking = caller.get(project)["ranking"]
    served = top(caller, project)
    # A scan that ends meanwhile would be compared with itself; a version that stayed, with what
    # its own last scan had found.
    is_served = caller.get(project)["ranking"]["number"] == ranking["number"]
    _wait_for_rescan(caller, project)
    after = caller.get(project)["ranking"]
    is_new = ranking["version"] != before["version"]
    is_same = after["version"] == ranking["version"]
    if not (is_served and is_new and is_same and ranking.get("candidates")):
        return None
    return share_of(served, top(caller, project))


def full_scan(caller: Caller, project: str, measured: Round) -> Mapping[str, float]:
    """Give the seconds of each stage of a run that looks at every row, the rescan's included.

    A round whose ranking is of candidates has fitted and sampled; the rescan scores and ranks.
    """
    if not caller.get(project)["ranking"].get("candidates"):
        ended = caller.runs(project)[0]
        if ended["kind"] != RESCAN:
            return measured.stages
    _wait_for_rescan(caller, project)
    rescan = next(run for run in caller.runs(project) if run["kind"] == RESCAN)
    return {"retrain": measured.stages["retrain"], **rescan["seconds"]}


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
