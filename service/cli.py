"""The command line: run everything on one machine, migrate, manage workspaces and keys."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from uuid import UUID

import yaml

from service import standalone
from service.actions import health, keys, setup, workspaces
from service.app import create_app
from service.config import Settings
from service.domain.catalogue import Role
from service.errors import ServiceError
from service.runtime import Runtime, build
from service.store import keys as key_rows
from service.store import migrate
from service.store import workspaces as workspace_rows

Command = Callable[[argparse.Namespace, Settings], int]

_PAGE = 1000


def main(argv: Sequence[str]) -> int:
    """Do what the arguments say; answer the exit code."""
    given = _parser().parse_args(argv)
    command: Command = given.command
    try:
        return command(given, Settings.from_environ())
    except (ServiceError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2


def run(_: argparse.Namespace, settings: Settings) -> int:
    """Run the whole service on this machine."""
    return standalone.run(settings)


def upgrade(_: argparse.Namespace, settings: Settings) -> int:
    """Bring the database up to date; print the first admin key if there was none."""
    key = setup.prepare(settings)
    if key:
        _say(f"The first admin key, shown this once: {key}")
    return 0


def check(_: argparse.Namespace, settings: Settings) -> int:
    """Say of each part whether it answers."""
    with _opened(settings) as runtime:
        parts = health.check(runtime)
    for name, outcome in parts.items():
        _say(f"{name}: {outcome}")
    return 0 if all(outcome == "ok" for outcome in parts.values()) else 1


def contract(_: argparse.Namespace, settings: Settings) -> int:
    """Print the contract as YAML."""
    app = create_app(build(settings))
    _say(yaml.safe_dump(app.extensions["contract"], sort_keys=True, allow_unicode=True).rstrip())
    return 0


def create_workspace(given: argparse.Namespace, settings: Settings) -> int:
    """Make a workspace and print its admin key."""
    with _migrated(settings) as runtime:
        made = workspaces.create(runtime, None, name=given.name)
    _say(f"workspace {made.name} ({made.id})\nits admin key, shown this once: {made.admin_key}")
    return 0


def list_workspaces(_: argparse.Namespace, settings: Settings) -> int:
    """Print all workspaces."""
    with _migrated(settings) as runtime:
        rows = workspaces.list_page(runtime, None, after=None, limit=_PAGE)
    for row in rows:
        _say(f"{row.id}  {row.created_at:%Y-%m-%d}  {row.name}")
    return 0


def create_key(given: argparse.Namespace, settings: Settings) -> int:
    """Make a key and print it."""
    with _migrated(settings) as runtime, runtime.sessions.begin() as session:
        row = workspace_rows.get_by_name(session, given.workspace)
        made = keys.issue(session, row.id, name=given.name, role=Role(given.role), at=runtime.now())
    _say(f"key {made.id} ({made.role} of {given.workspace}), shown this once: {made.key}")
    return 0


def list_keys(given: argparse.Namespace, settings: Settings) -> int:
    """Print the keys of a workspace, without their secrets."""
    with _migrated(settings) as runtime, runtime.readers() as session:
        row = workspace_rows.get_by_name(session, given.workspace)
        for key in key_rows.list_for(session, row.id, after=None, limit=_PAGE):
            _say(f"{key.id}  {key.prefix}…  {key.role}  {key.name}")
    return 0


def revoke_key(given: argparse.Namespace, settings: Settings) -> int:
    """Revoke a key."""
    with _migrated(settings) as runtime, runtime.sessions.begin() as session:
        row = workspace_rows.get_by_name(session, given.workspace)
        key_rows.revoke(session, row.id, given.id, at=runtime.now())
    _say(f"revoked {given.id}")
    return 0


@contextmanager
def _opened(settings: Settings) -> Iterator[Runtime]:
    runtime = build(settings)
    try:
        yield runtime
    finally:
        runtime.close()


def _migrated(settings: Settings) -> AbstractContextManager[Runtime]:
    migrate.upgrade(settings.database)
    return _opened(settings)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m service", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, "run", run)
    _add(commands, "migrate", upgrade)
    _add(commands, "health", check)
    _add(commands, "openapi", contract)
    of_workspaces = _group(commands, "workspaces", "Make and list workspaces.")
    _add(of_workspaces, "create", create_workspace).add_argument("name")
    _add(of_workspaces, "list", list_workspaces)
    of_keys = _group(commands, "keys", "Make, list and revoke API keys.")
    for name, command in (("create", create_key), ("list", list_keys), ("revoke", revoke_key)):
        added = _add(of_keys, name, command)
        added.add_argument("--workspace", default=setup.FIRST, help="default: %(default)s")
        if name == "create":
            added.add_argument("--name", required=True)
            added.add_argument("--role", required=True, choices=[str(role) for role in Role])
        if name == "revoke":
            added.add_argument("id", type=UUID)
    return parser


def _group(commands: Any, name: str, about: str) -> Any:
    group = commands.add_parser(name, help=about, description=about)
    return group.add_subparsers(required=True, metavar="COMMAND")


def _add(commands: Any, name: str, command: Command) -> argparse.ArgumentParser:
    about = command.__doc__
    added: argparse.ArgumentParser = commands.add_parser(name, help=about, description=about)
    added.set_defaults(command=command)
    return added


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
