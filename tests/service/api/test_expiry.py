"""Leases that run out: their items come back, and are counted as held until then."""

from service.runtime import Runtime
from tests.api import Api
from tests.fakes import FrozenClock
from tests.service.rows import PLAIN, keys, ranked


def test_nobody_gets_what_another_holds_until_the_lease_is_over(
    api: Api, runtime: Runtime, clock: FrozenClock
) -> None:
    project = ranked(api, runtime, 3)
    first = api.batch(project, 2, "ana")
    clock.advance(300)

    second = api.batch(project, 3, "ben")
    third = api.batch(project, 1, "cleo")
    clock.advance(600)
    late = api.batch(project, 1, "cleo")

    assert keys(second) == ["i0"]
    assert (second["exhausted"], second["leased"], second["retry_after_seconds"]) == (True, 2, 600)
    assert (keys(third), third["leased"], third["retry_after_seconds"]) == ([], 3, 600)
    assert keys(late) == keys(first)[:1]


def test_what_expires_during_a_hand_out_counts_as_held(api: Api, clock: FrozenClock) -> None:
    project = api.make_project(batch=PLAIN, lease_seconds=10)
    api.add_vectors(project, {"a": [1, 1]})
    api.batch(project, 1, "ana")
    clock.advance(9)
    clock.pace = 0.5  # each look at the clock

    batches = [api.batch(project, 1, f"person-{number}") for number in range(8)]

    served = [[item["key"] for item in batch["items"]] for batch in batches]
    first = served.index(["a"])
    assert first > 0
    assert [batch["leased"] for batch in batches] == [1 if not items else 0 for items in served]
