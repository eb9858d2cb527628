"""What the one-machine start passes on, and what it writes."""

import os
from pathlib import Path

import pytest

from service import standalone
from service.config import Settings
from service.machine.children import Plan


def plans(settings: Settings, **environ: str) -> dict[str, Plan]:
    return {plan.name: plan for plan in standalone.plans(settings, environ)}


def test_children_get_the_settings_in_use(tmp_path: Path) -> None:
    settings = Settings(data_dir=os.path.relpath(tmp_path), port=8123, redis_url="redis://box/1")

    made = plans(settings, HOME="/home/me", PORT="9", PYTHONPATH="/more")

    assert list(made) == ["api", "workers", "predict", "simulate"]
    for plan in made.values():
        assert plan.environment["DATA_DIR"] == str(tmp_path)
        assert plan.environment["PORT"] == "8123"
        assert plan.environment["REDIS_URL"] == "redis://box/1"
        assert plan.environment["HOME"] == "/home/me"
        assert plan.environment["PYTHONPATH"].endswith(":/more")
        assert plan.mark in " ".join(plan.command)
        assert Settings.from_environ(plan.environment) == Settings(
            data_dir=str(tmp_path), port=8123, redis_url="redis://box/1"
        )


@pytest.mark.parametrize("url", ["", "postgresql+psycopg://box/al"])
def test_learning_gives_way_to_those_who_label(tmp_path: Path, url: str) -> None:
    made = plans(Settings(data_dir=str(tmp_path), database_url=url))

    assert {name: plan.nice for name, plan in made.items()} == {
        "api": 0,
        "workers": 5,
        "predict": 0,
        "simulate": 19,
    }


def test_processes_share_the_cores_unless_told_otherwise(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path), worker_processes=10_000)

    assert plans(settings)["workers"].environment["OMP_NUM_THREADS"] == "1"
    assert plans(settings, OMP_NUM_THREADS="7")["workers"].environment["OMP_NUM_THREADS"] == "7"


def test_all_parts_can_stop_within_ten_seconds(tmp_path: Path) -> None:
    turns: dict[int, float] = {2: 1.5}  # the broker's
    for plan in plans(Settings(data_dir=str(tmp_path))).values():
        turns[plan.stop_turn] = max(turns.get(plan.stop_turn, 0.0), plan.stop_seconds)

    assert sorted(turns) == [0, 1, 2]
    assert sum(turns.values()) <= 9


def test_the_key_is_written_for_its_owner_alone_and_follows_no_link(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.write_text("untouched")
    (tmp_path / "admin.key").symlink_to(trap)

    standalone.write_key(tmp_path / "admin.key", "al_secret")

    assert (tmp_path / "admin.key").read_text() == "al_secret"
    assert not (tmp_path / "admin.key").is_symlink()
    assert (tmp_path / "admin.key").stat().st_mode & 0o777 == 0o600
    assert trap.read_text() == "untouched"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["admin.key", "trap"]
