"""The mix of batches through the real hand-out: shares within sampling error, whatever the size."""

from collections import Counter
from math import floor
from typing import Any

import pytest
from scipy import stats

from service.heads import BEGINS_LATE
from service.runtime import Runtime
from service.store import coverings
from service.store.tables.learning import Ranking
from tests.api import Api
from tests.fakes import FrozenClock
from tests.service.rows import project_of, write_ranking
from tests.service.statements import statements

SURE = 1e-4
"""How unlikely a count must be under the share before it is called wrong."""
CLUSTERS = 8


@pytest.fixture
def database_url(tmp_path: Any, migrated_sqlite: Any) -> str:
    """SQLite alone: what is tested is chance, in hundreds of batches."""
    (tmp_path / "service.db").write_bytes(migrated_sqlite.read_bytes())
    return f"sqlite:///{tmp_path / 'service.db'}"


def pool(api: Api, runtime: Runtime, items: int, audit: float, coverage: float) -> str:
    project = api.make_project(batch={"audit_share": audit, "coverage_share": coverage})
    for first in range(0, items, 1000):
        numbers = range(first, min(items, first + 1000))
        api.add_vectors(project, {f"i{n}": [n, 1] for n in numbers})
    cover(runtime, write_ranking(runtime, project, range(items)), range(items)[::-1])
    return project


def cover(runtime: Runtime, ranking: Ranking, positions: Any) -> None:
    """Write a coverage order, as workers do."""
    with runtime.sessions.begin() as session:
        coverings.add(session, ranking.id, [(at, at % CLUSTERS, 0.25) for at in positions])


def served(api: Api, runtime: Runtime, project: str, size: int, seed: int) -> Counter[str]:
    """Reasons of the items of a batch, by dice of a seed."""
    runtime.chance.seed(seed)
    return reasons(api.batch(project, size, f"person-{size}-{seed}"))


def reasons(batch: Any) -> Counter[str]:
    return Counter(item["reason"] for item in batch["items"])


@pytest.mark.parametrize(
    ("audit", "coverage"), [(0.1, 0.1), (0.25, 0.15), (0.0, 0.1), (0.1, 0.0), (0.0, 0.0)]
)
def test_each_share_is_met_within_sampling_error(
    api: Api, runtime: Runtime, audit: float, coverage: float
) -> None:
    project = pool(api, runtime, 1500, audit, coverage)
    shares = {"audit": audit, "coverage": coverage, "strategy": 1 - audit - coverage}

    for size, seeds in ((1, 100), (3, 50), (7, 25), (10, 20), (64, 3)):
        batches = [served(api, runtime, project, size, seed) for seed in range(seeds)]

        assert {sum(batch.values()) for batch in batches} == {size}
        for reason, share in shares.items():
            whole = floor(share * size + 1e-9)
            more = [batch[reason] - whole for batch in batches]
            assert set(more) <= {0, 1}  # the floor, and one more by chance
            by_chance = min(1.0, max(0.0, share * size - whole))
            assert stats.binomtest(sum(more), seeds, by_chance).pvalue > SURE


def test_single_items_are_audit_coverage_and_strategy_as_the_shares_say(
    api: Api, runtime: Runtime
) -> None:
    project = pool(api, runtime, 1000, 0.2, 0.3)

    seen = sum((served(api, runtime, project, 1, seed) for seed in range(300)), Counter[str]())

    counts = [seen[name] for name in ("audit", "coverage", "strategy")]
    assert sum(counts) == 300
    assert stats.chisquare(counts, [60, 90, 150]).pvalue > SURE


def test_coverage_items_come_from_the_coverage_order_then_from_chance(
    api: Api, runtime: Runtime
) -> None:
    project = api.make_project(batch={"audit_share": 0, "coverage_share": 0.5})
    api.add_vectors(project, {f"i{n}": [n, 1] for n in range(60)})
    cover(runtime, write_ranking(runtime, project, range(60)), [50, 51, 52])

    batches = [api.batch(project, 4, f"person-{n}")["items"] for n in range(3)]

    covered = [[item for item in batch if item["reason"] == "coverage"] for batch in batches]
    assert [len(each) for each in covered] == [2, 2, 2]
    assert {item["key"] for item in covered[0]} == {"i50", "i51"}
    assert {item["probability_of_selection"] for item in covered[0]} == {0.25}
    assert "i52" in {item["key"] for item in covered[1]}
    assert [item["probability_of_selection"] for item in covered[2]] == [pytest.approx(2 / 52)] * 2
    log = api.get(f"{project}/selections?limit=1000")["data"]
    strategies = Counter(row["strategy"] for row in log if row["reason"] == "coverage")
    assert strategies == {"least_covered": 3, "random": 3}


def test_until_a_ranking_has_its_coverage_order_that_of_the_one_before_goes_on(
    api: Api, runtime: Runtime, clock: FrozenClock
) -> None:
    project = api.make_project(batch={"audit_share": 0, "coverage_share": 0.5})
    api.add_vectors(project, {f"i{n}": [n, 1] for n in range(60)})
    cover(runtime, write_ranking(runtime, project, range(60)), range(50, 60))

    def covered(annotator: str) -> set[str]:
        items = api.batch(project, 4, annotator)["items"]
        return {item["key"] for item in items if item["reason"] == "coverage"}

    before = covered("ana")
    ranking = write_ranking(runtime, project, range(60))
    between = covered("ben")
    cover(runtime, ranking, [40, 52, 41, 42, 43])
    clock.advance(BEGINS_LATE.total_seconds())
    after = [covered("cleo"), covered("dan")]

    assert (before, between) == ({"i50", "i51"}, {"i52", "i53"})
    assert after == [{"i40", "i41"}, {"i42", "i43"}]


def test_what_others_hold_is_passed_over_and_comes_back(api: Api, runtime: Runtime) -> None:
    project = api.make_project(batch={"audit_share": 0, "coverage_share": 0.5})
    api.add_vectors(project, {f"i{n}": [n, 1] for n in range(20)})
    cover(runtime, write_ranking(runtime, project, range(20)), [10, 11, 12])

    def covered(annotator: str) -> tuple[Any, set[str]]:
        batch = api.batch(project, 2, annotator)
        return batch, {item["key"] for item in batch["items"] if item["reason"] == "coverage"}

    first, mine = covered("ana")
    _, theirs = covered("ben")
    token = {"Lease-Token": first["lease"]["token"]}
    path = f"{project}/batches/{first['id']}"
    assert api.call("DELETE", path, headers=token).status_code == 204

    assert (mine, theirs) == ({"i10"}, {"i11"})
    assert covered("cleo")[1] == {"i10"}
    assert covered("dan")[1] == {"i12"}


@pytest.mark.parametrize("size", [1, 5, 20])
def test_the_others_fill_up_what_one_has_nothing_left_for(
    api: Api, runtime: Runtime, size: int
) -> None:
    shares = pool(api, runtime, 40, 0.3, 0.3)
    with runtime.readers() as session:
        threshold = project_of(session, shares).audit_threshold
    reserve = api.get(shares)["counts"]["audit"]

    seen: list[Counter[str]] = []
    left = 40
    while left:
        seen.append(served(api, runtime, shares, size, left))
        assert sum(seen[-1].values()) == min(size, left)
        left -= sum(seen[-1].values())

    total = sum(seen, Counter[str]())
    assert 0 < threshold <= 0.2
    assert total["audit"] == reserve
    assert total["coverage"] + total["strategy"] == 40 - reserve
    assert api.batch(shares, size, "late")["exhausted"] is True


def test_a_hand_out_with_coverage_items_asks_one_thing_more(api: Api, runtime: Runtime) -> None:
    project = pool(api, runtime, 400, 0.0, 0.5)
    plain = pool(api, runtime, 400, 0.0, 0.0)
    for path in (project, plain):
        api.batch(path, 2)

    with statements(runtime) as with_coverage:
        api.batch(project, 10, explain=False)
    with statements(runtime) as without:
        api.batch(plain, 10, explain=False)

    assert len(with_coverage) <= len(without) + 1
