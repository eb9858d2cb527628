"""What the journeys share: a machine on the database that the test asks for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.machine import Machine


@pytest.fixture
def machine(request: pytest.FixtureRequest, tmp_path: Path, database_url: str) -> Iterator[Machine]:
    """A running service; `@pytest.mark.settings(…)` changes its settings."""
    marker = request.node.get_closest_marker("settings")
    with Machine(tmp_path / "data", database_url, **(marker.kwargs if marker else {})) as running:
        yield running
