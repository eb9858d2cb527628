"""Keys that a process found a moment ago."""

from time import monotonic
from uuid import uuid4

import pytest

from service.domain.catalogue import Role
from service.store import keys
from service.store.keys import Known, Opened


def opened() -> Opened:
    return Opened(
        key_id=uuid4(),
        role=Role.READER,
        projects=None,
        workspace_id=uuid4(),
        in_first_workspace=True,
        has_project=True,
    )


def test_what_is_known_says_nothing_of_a_project() -> None:
    known = Known()
    known.keep("a", opened(), era=known.era, since=monotonic())

    found = known.find("a")

    assert found is not None
    assert found.has_project is None
    assert known.find("b") is None


def test_nothing_is_known_for_long() -> None:
    known = Known()
    known.keep("a", opened(), era=known.era, since=monotonic() - keys.KNOWN_SECONDS)

    assert known.find("a") is None


def test_what_was_read_before_a_revocation_is_not_kept_after_it() -> None:
    known = Known()
    known.keep("a", opened(), era=known.era, since=monotonic())
    era = known.era
    known.forget()
    known.keep("b", opened(), era=era, since=monotonic())

    assert known.find("a") is None
    assert known.find("b") is None


def test_no_more_is_kept_than_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MOST_KNOWN", 2)
    known = Known()
    for name in "abc":
        known.keep(name, opened(), era=known.era, since=monotonic())

    assert [name for name in "abc" if known.find(name)] == ["c"]
