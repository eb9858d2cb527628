"""The benchmark of selection: units are done once, and tables say what was found."""

import json
from pathlib import Path

import pytest

from benchmarks.selection import __main__ as command
from benchmarks.selection import defaults, matched, published, rare, review, rows, units
from benchmarks.selection.units import Store, Unit

HEART = Path(__file__).parents[1] / "data" / "heart.txt.gz"


def unit(experiment: str, data: str, arm: str, seed: int = 0) -> Unit:
    return Unit(experiment=experiment, data=data, arm=arm, seed=seed)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of data with one set."""
    (tmp_path / "libsvm").mkdir()
    (tmp_path / "libsvm" / "heart.txt.gz").symlink_to(HEART)
    return tmp_path


def test_a_published_area_comes_out_and_is_kept(folder: Path, tmp_path: Path) -> None:
    given = [str(folder), "--only", "published", "--data", "heart", "--seeds", "1"]

    code = command.main([*given, "--out", str(tmp_path / "out")])
    before = (tmp_path / "out" / "units.jsonl").read_text()
    again = command.main([*given, "--out", str(tmp_path / "out")])

    tables = json.loads((tmp_path / "out" / "tables.json").read_text())["tables"]
    (row,) = tables["published"]["rows"]
    assert (code, again) == (0, 0)
    assert round(row["value"], 5) == 0.81941
    assert row["is_reached"]
    assert (tmp_path / "out" / "units.jsonl").read_text() == before


def test_what_cannot_be_done_is_told_and_not_kept(folder: Path, tmp_path: Path) -> None:
    given = [str(folder), "--only", "published", "--data", "sonar", "--seeds", "1"]

    assert command.main([*given, "--out", str(tmp_path / "out")]) == 1
    assert not (tmp_path / "out" / "units.jsonl").exists()


def test_an_interrupted_line_is_done_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "units.jsonl")
    done, broken = unit("cold", "digits", "auto"), unit("cold", "digits", "random")
    store.keep(done, {"accuracy": [0.5]})
    with (tmp_path / "units.jsonl").open("a") as file:
        file.write(json.dumps({"unit": broken.key})[:-4])

    again = Store(tmp_path / "units.jsonl")

    assert done in again
    assert broken not in again


def test_low_seeds_come_first() -> None:
    all_units = published.units(3)

    assert [each.seed for each in sorted(all_units)] == sorted(each.seed for each in all_units)


def test_a_single_seed_that_differs_is_a_miss() -> None:
    right, wrong = ({unit("published", "heart", "us_c"): {"area": a}} for a in (0.819411, 0.8194))

    assert published.table(right)[0].is_reached
    assert not published.table(wrong)[0].is_reached


def test_defaults_are_compared_set_by_set_and_on_the_mean() -> None:
    areas = {"auto": 0.8, "random": 0.7, "us_c": 0.75}
    found = {
        unit("defaults", name, arm): {"area": area}
        for name in published.MEANS
        for arm, area in areas.items()
    }

    *sets, won, mean = defaults.table(found)

    assert all(row.is_reached for row in sets)
    assert (won.value, won.is_reached) == (12, True)
    assert (mean.value, mean.reference, mean.is_reached) == (
        pytest.approx(0.8),
        pytest.approx(0.75),
        True,
    )


def test_a_ratio_is_that_of_the_means_over_the_seeds() -> None:
    found = {}
    for seed, (ours, chance) in enumerate([(20, 100), (20, 300)]):
        for arm, labels in (("margin", ours), ("random", chance)):
            found[unit("rare", "3", arm, seed)] = {
                "reached": {"0.9": labels, "0.95": None},
                "labels": [10, 600],
            }

    row = next(each for each in rare.table(found) if "margin, 90" in each.what)

    assert (row.value, row.seeds, row.is_reached) == (10.0, 1, True)


def test_one_lucky_point_reaches_nothing() -> None:
    curves = {
        unit("matched", "sms_spam", "random"): {"labels": [1500], "f1": [0.9]},
        unit("matched", "sms_spam", "auto"): {
            "labels": [20, 40, 60, 80, 100, 120],
            "f1": [0.1, 0.95, 0.2, 0.2, 0.91, 0.92],
        },
    }

    (row,) = matched.table(curves)

    assert row.value == 1500 / 100
    assert row.is_reached


def test_work_saved_is_the_mean_of_the_seeds() -> None:
    found = {
        unit("review", "docs_nudging", "auto", seed): {"saved": saved, "read": 400}
        for seed, saved in enumerate([0.70, 0.72])
    }

    (row,) = review.table(found)

    assert row.value == pytest.approx(0.71)
    assert not row.is_reached


def test_an_area_is_the_mean_height() -> None:
    assert rows.area([0, 10, 30], [0.0, 1.0, 1.0]) == pytest.approx(25 / 30)


def test_units_have_keys_of_their_own() -> None:
    every = [each for name in command.EXPERIMENTS for each in command._module(name).units(2)]

    assert len({each.key for each in every}) == len(every)
    assert units.THREAD_LIMITS
