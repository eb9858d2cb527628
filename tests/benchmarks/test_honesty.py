"""The benchmark of honesty: each experiment runs, tells its targets, and notices what is false."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.honesty import __main__ as command
from benchmarks.honesty import blind_region, intervals, planted, saved, versions
from benchmarks.honesty.site import Site
from workers.learning.estimates import Estimate


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two clouds of points that overlap, under the name of each set."""
    rng = np.random.default_rng(0)
    labels = np.arange(1_500) % 2
    rows = rng.normal(size=(1_500, 30)) + 1.2 * labels[:, None] * (np.arange(30) < 2)
    for name in {*intervals.SETS, *blind_region.SETS}:
        np.savez(tmp_path / f"{name}.npz", X=rows, y=labels)
    return tmp_path


def site(folder: Path, replays: int) -> Site:
    return Site(folder=folder, replays=replays, say=lambda _: None)


def test_a_table_is_written_beside_those_of_other_experiments(folder: Path, tmp_path: Path) -> None:
    given = [str(folder), "--only", "intervals", "--replays", "3", "--out", str(tmp_path / "out")]
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "tables.json").write_text(json.dumps({"saved": {"rows": []}}))

    command.main(given)

    tables = json.loads((tmp_path / "out" / "tables.json").read_text())
    assert set(tables) == {"saved", "intervals"}
    assert {row["reference"] for row in tables["intervals"]["rows"] if row["seeds"]} == {0.93}


def test_intervals_hold_the_truth(folder: Path) -> None:
    rows = [row for row in intervals.run(site(folder, 60)) if row.what.endswith("accuracy")]

    assert len(rows) == 2 * len(intervals.SETS)
    assert np.mean([row.value for row in rows]) > 0.9


def test_an_interval_that_is_too_narrow_or_too_wide_is_a_miss() -> None:
    exact = Estimate(value=0.5, low=0.4, high=0.6, confidence=0.95, method="exact")
    narrow = Estimate(value=0.5, low=0.49, high=0.51, confidence=0.95, method="wrong")
    wide = Estimate(value=0.5, low=0.3, high=0.7, confidence=0.95, method="wrong")

    assert intervals._row("as it is", [(exact, exact)], 0.55).is_reached
    assert not intervals._row("narrow", [(narrow, exact)], 0.55).is_reached
    assert not intervals._row("wide", [(wide, exact)], 0.55).is_reached


def test_the_planted_region_is_wrong_sure_and_in_one_cluster(folder: Path) -> None:
    world = planted.world(site(folder, 1).pool("tab_magic"), 0, is_planted=True)

    region = np.arange(round(planted.SHARE * len(world.clusters)))
    assert world.is_wrong[region].all()
    assert len(set(world.clusters[region])) == 1
    assert world.confidences[region].min() > np.median(world.confidences)
    assert blind_region._is_truly_bad(world, int(world.clusters[0]))


def test_of_hundreds_of_features_and_many_classes_the_planted_region_is_sure_too(
    tmp_path: Path,
) -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(1_500) % 8
    rows = rng.normal(size=(1_500, 300)) + 0.25 * rng.normal(size=(8, 300))[labels]
    np.savez(tmp_path / "mnist_t10k.npz", X=rows, y=labels)

    world = planted.world(site(tmp_path, 1).pool("mnist_t10k"), 0, is_planted=True)

    region = np.arange(round(planted.SHARE * len(world.clusters)))
    assert world.confidences[region].min() > np.median(world.confidences)


def test_spot_checks_are_judged_by_what_random_labels_need(folder: Path) -> None:
    pool = site(folder, 1).pool("tab_magic")
    worlds, clean = (
        [planted.world(pool, seed, is_planted=is_planted) for seed in range(4)]
        for is_planted in (True, False)
    )

    rows = {row.what: row for row in blind_region.of_worlds("a set", worlds, clean)}

    spots, chance = (
        rows[f"a set: labels until flagged, {arm}"] for arm in ("spot checks", "random")
    )
    assert spots.reference == pytest.approx(chance.value / 3)
    assert spots.is_reached == (spots.value <= chance.value / 3)
    assert spots.value < chance.value
    false = [row for what, row in rows.items() if "false flag" in what]
    assert len(false) == 6
    assert all(row.value <= 0.5 for row in false)


def test_random_choice_truly_needs_the_labels_at_which_its_curve_is_as_good(folder: Path) -> None:
    pool = site(folder, 1).pool("tab_magic")
    items = np.random.default_rng(0).permutation(len(pool.labels))
    training, test = np.sort(items[:1_000]), np.sort(items[1_000:])

    easy, hard = (
        saved._truth(pool, training, test, accuracy, spec=versions.LOGISTIC)
        for accuracy in (0.6, 0.99)
    )

    assert easy <= 100
    assert hard > 1_000
