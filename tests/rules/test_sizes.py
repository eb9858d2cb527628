"""Files stay small, and say in their first line what they are for."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("service", "workers", "benchmarks", "tests")
MOST_LINES = 200


def files() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            if "migrations/versions" not in path.as_posix():
                yield path


def test_no_file_is_longer_than_two_hundred_lines() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files()}

    assert len(lengths) > 100
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_every_file_opens_with_what_it_is_for() -> None:
    silent = [str(path) for path in files() if not ast.get_docstring(ast.parse(path.read_text()))]

    assert silent == []


def test_a_package_holds_its_docstring_and_nothing_else() -> None:
    full = [
        str(path)
        for path in files()
        if path.name == "__init__.py" and len(ast.parse(path.read_text()).body) != 1
    ]

    assert full == []
