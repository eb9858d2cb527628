"""What an instance that was killed left running: recorded, known again, ended."""

import json
import os
from collections.abc import Iterable
from pathlib import Path

from service.machine import processes
from service.machine.children import Child

GRACE = 3.0
"""Seconds that orphans have to end by themselves."""


def record(path: Path, children: Iterable[Child]) -> None:
    """Write down which process groups run, each with the mark of its command line."""
    groups = {each.name: {"group": each.group, "mark": each.plan.mark} for each in children}
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps({"supervisor": os.getpid(), "children": groups}, indent=2))
    draft.replace(path)


def end(path: Path) -> int:
    """End the recorded groups that still run; return how many did."""
    ours = [group for group, mark in _recorded(path) if _is_ours(group, mark)]
    processes.end(ours, grace=GRACE)
    return len(ours)


def _recorded(path: Path) -> list[tuple[int, str]]:
    try:
        children = json.loads(path.read_text())["children"].values()
        return [(int(each["group"]), str(each["mark"])) for each in children]
    except (FileNotFoundError, ValueError, KeyError):
        return []


def _is_ours(group: int, mark: str) -> bool:
    """Look at the command lines: the number may belong to another program by now."""
    return any(mark in line for line in processes.command_lines(group))
