"""The tour in the README is true: its commands are run, and their output is what it shows."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmarks import machine
from benchmarks.client import Address, Client

ROOT = Path(__file__).parents[2]
WRITTEN_URL, WRITTEN_KEY = "http://127.0.0.1:8000", "$(cat .data/admin.key)"
END = "\0"
# What is another one each time; of these only the kind is compared.
UNSTEADY = {"id", "token", "next_cursor", "seconds", "score", "confidence"}
UNSTEADY |= {
    "advice",
    "probabilities",
    "created_at",
    "started_at",
    "finished_at",
    "expires_at",
    "ranked_at",
}


@dataclass(frozen=True)
class Step:
    """Commands of the tour, and what they print."""

    commands: str
    output: str


def steps(readme: str) -> list[Step]:
    """The blocks between the marks of the tour: each of commands, with that of its output."""
    tour = readme.split("<!-- tour -->")[1].split("<!-- end of the tour -->")[0]
    blocks = re.findall(r"^```(sh|json|text)\n(.*?)^```$", tour, re.MULTILINE | re.DOTALL)
    found: list[Step] = []
    for kind, content in blocks:
        if kind == "sh":
            found.append(Step(content, ""))
        else:
            found[-1] = Step(found[-1].commands, content)
    return found


class Shell:
    """One shell for the whole tour, so that what a step sets the next one finds."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, commands: str) -> str:
        """Run commands; answer what they print."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{commands}\nprintf '\\0'\n")
        self._process.stdin.flush()
        said = ""
        while not said.endswith(END):
            said += self._process.stdout.read(1) or pytest.fail(f"the shell ended: {said}")
        return said.removesuffix(END)


@contextmanager
def shell() -> Iterator[Shell]:
    words = ["sh"]
    with subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Shell(process)


def steady(value: Any) -> Any:
    """An answer without what is another one each time."""
    if isinstance(value, dict):
        return {
            name: type(each).__name__ if name in UNSTEADY else steady(each)
            for name, each in value.items()
        }
    return [steady(each) for each in value] if isinstance(value, list) else value


def wait(client: Client) -> None:
    """Take the moment that a person takes: until nothing runs."""
    for project in client.projects():
        client.settle(project)


@pytest.mark.journey
@pytest.mark.skipif(shutil.which("curl") is None, reason="the tour is told with curl")
def test_the_tour_is_true() -> None:
    told = steps((ROOT / "README.md").read_text())
    assert len(told) > 5

    with machine.own() as address, Client(address) as client, shell() as sh:
        for step in told:
            said = sh.run(here(step.commands, address))
            wait(client)
            assert compared(said) == compared(step.output), (step.commands, said)


def here(commands: str, address: Address) -> str:
    """The commands with the address and the key of this service."""
    return commands.replace(WRITTEN_URL, address.url).replace(WRITTEN_KEY, address.key)


def compared(output: str) -> Any:
    """What is compared of an output: JSON without its unsteady parts, else its lines."""
    try:
        return steady(json.loads(output))
    except ValueError:
        return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>", output.strip())
