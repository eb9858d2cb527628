"""What is deployed is well formed, and speaks of settings that exist."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.config import Settings

ROOT = Path(__file__).parents[2]
SETTINGS = {each.name.upper(): each for each in fields(Settings)}


@pytest.fixture
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return read


def row(name: str) -> str:
    """Return the row of a setting in the README's table."""
    default = SETTINGS[name].default
    shown = f"`{default}`" if default != "" else ""
    return f"| `{name}` | {shown} | {SETTINGS[name].metadata['about']} |"


@pytest.mark.parametrize(
    "words",
    [
        [str(Path(sys.executable).parent / "hadolint"), "Dockerfile"],
        [
            *[sys.executable, "-m", "check_jsonschema"],
            *["--builtin-schema", "vendor.compose-spec", "compose.yaml"],
        ],
    ],
    ids=["Dockerfile", "compose.yaml"],
)
def test_it_is_well_formed(words: list[str]) -> None:
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_setting_in_compose_exists(compose: dict[str, Any]) -> None:
    ours = {
        name
        for service in compose["services"].values()
        if service["image"].startswith("active-learning-")
        for name in service["environment"]
    }

    assert ours
    assert ours <= SETTINGS.keys()


def test_every_queue_is_listened_to(compose: dict[str, Any]) -> None:
    """`workers` listens to the queues of learning, the others each to one beside them."""
    started = [
        service.get("command", ["workers"])
        for service in compose["services"].values()
        if service["image"].startswith("active-learning-worker")
    ]

    assert sorted(started) == [["workers"], ["workers", "predict"], ["workers", "simulate"]]


def test_our_containers_are_confined(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name


def test_the_api_image_holds_no_machine_learning() -> None:
    names = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements/api.lock").read_text(), re.M))

    assert "flask" in names
    assert not names & {"numpy", "scipy", "scikit-learn", "joblib", "skops", "pandas"}


def test_every_setting_is_in_the_readme_with_its_default() -> None:
    readme = (ROOT / "README.md").read_text()
    missing = [row(name) for name in SETTINGS if row(name) not in readme]
    stale = set(re.findall(r"^\| `([A-Z_]+)` \|", readme, re.M)) - SETTINGS.keys()

    assert not missing, "rows to add:\n" + "\n".join(missing)
    assert not stale
