"""Examples in docstrings are true."""

import doctest
from types import ModuleType

import pytest

from workers.learning import agreement, clauses, recall, safeguards, stability, stopping, strategies


@pytest.mark.parametrize(
    "module",
    [agreement, clauses, recall, safeguards, stability, stopping, strategies],
    ids=lambda module: module.__name__,
)
def test_examples_are_true(module: ModuleType) -> None:
    found = doctest.testmod(module)

    assert found.attempted > 0
    assert found.failed == 0
