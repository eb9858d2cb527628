"""The command line, as an operator uses it."""

import re
import sys
from pathlib import Path

import pytest
import yaml

from service import cli, standalone
from service.config import Settings
from service.runtime import Runtime
from tests.api import Api


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("REDIS_URL", settings.redis_url)
    monkeypatch.setenv("DATA_DIR", settings.data_dir)


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    """What a command prints."""
    assert cli.main(words) == code
    captured = capsys.readouterr()
    return captured.out if code == 0 else captured.out + captured.err


def secret_of(text: str) -> str:
    found = re.search(r"al_\S+", text)
    assert found is not None
    return found.group()


def test_migrating_makes_the_first_key_once(
    capsys: pytest.CaptureFixture[str], runtime: Runtime
) -> None:
    from_first = said(capsys, "migrate")

    assert secret_of(from_first)
    assert said(capsys, "migrate") == ""


def test_keys_are_made_listed_and_revoked(capsys: pytest.CaptureFixture[str], api: Api) -> None:
    made = said(capsys, "keys", "create", "--name", "tool A", "--role", "manager")
    key = api.with_key(secret_of(made))
    key_id = made.split()[1]

    assert key.make_project()
    listed = said(capsys, "keys", "list")
    assert re.search(rf"{key_id}  al_\w+…  manager  tool A", listed)
    assert secret_of(made) not in listed
    assert said(capsys, "keys", "revoke", key_id) == f"revoked {key_id}\n"
    assert key.call("GET", "/projects").status_code == 401
    assert "there is no key" in said(capsys, "keys", "revoke", key_id, code=2)


def test_workspaces_are_made_and_kept_apart(capsys: pytest.CaptureFixture[str], api: Api) -> None:
    project = api.make_project()
    stranger = api.with_key(secret_of(said(capsys, "workspaces", "create", "plant 2")))
    more = said(
        capsys, "keys", "create", "--workspace", "plant 2", "--name", "r", "--role", "reader"
    )

    assert stranger.call("GET", project).status_code == 404
    assert api.with_key(secret_of(more)).get("/projects")["data"] == []
    listed = said(capsys, "workspaces", "list")
    assert sorted(line.split("  ")[-1] for line in listed.splitlines()) == ["default", "plant 2"]
    assert "already" in said(capsys, "workspaces", "create", "plant 2", code=2)
    assert "no workspace" in said(capsys, "keys", "list", "--workspace", "lost", code=2)


def test_health_says_of_each_part_how_it_is(
    capsys: pytest.CaptureFixture[str], api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    well = said(capsys, "health")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    ill = said(capsys, "health", code=1)

    assert well == "database: ok\nbroker: ok\nblobs: ok\nmigrations: ok\n"
    assert "broker: not ready: ConnectionError" in ill


def test_the_contract_is_printed_as_it_is_committed(capsys: pytest.CaptureFixture[str]) -> None:
    committed = (Path(__file__).parents[2] / "openapi.yaml").read_text()

    printed = said(capsys, "openapi")

    assert printed == committed
    assert yaml.safe_load(printed)["openapi"].startswith("3.1")


def test_run_starts_the_whole_service(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    started: list[Settings] = []

    def run(given: Settings) -> int:
        started.append(given)
        return 7

    monkeypatch.setattr(standalone, "run", run)

    assert cli.main(["run"]) == 7
    assert started[0].database == settings.database


def test_a_setting_that_is_no_number_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_ROWS", "many")

    assert "MAX_ROWS='many' is not a number" in said(capsys, "migrate", code=2)


def test_the_first_argument_must_be_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["service"])

    with pytest.raises(SystemExit):
        cli.main(["dance"])
