"""What the journeys share: a machine on the database that the test asks for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.machine import Machine


@pytest.fixture
def machine(tmp_path: Path, database_url: str) -> Iterator[Machine]:
    """A running service."""
    with Machine(tmp_path / "data", database_url) as running:
        yield running
