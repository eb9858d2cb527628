"""The crowd: what it counts, and that it sees what it is there to see."""

import threading
from collections.abc import Iterator

import pytest
from werkzeug.serving import make_server

from benchmarks import crowd
from benchmarks.client import Address
from benchmarks.crowd import Latencies, Plan
from service.app import create_app
from service.runtime import Runtime
from tests.api import Api
from tests.service.rows import write_ranking

PLAIN = {"audit_share": 0, "coverage_share": 0}


@pytest.fixture
def address(runtime: Runtime, admin_key: str) -> Iterator[Address]:
    """The application behind a real socket."""
    server = make_server("127.0.0.1", 0, create_app(runtime), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Address(url=f"http://127.0.0.1:{server.server_port}", key=admin_key)
    server.shutdown()
    thread.join()
    server.server_close()


def plan(project: str, **more: float) -> Plan:
    given = {"annotators": 3, "size": 2, "think_seconds": 0.05, "seconds": 1.0} | more
    return Plan(project=project, classes=["fine", "defect"], warm_up_seconds=0, **given)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_crowd_labels_and_nobody_gets_what_another_has(
    address: Address, api: Api, runtime: Runtime
) -> None:
    project = api.make_project(batch=PLAIN)
    api.add_vectors(project, {f"i{number}": [number, 1] for number in range(400)})
    write_ranking(runtime, project, range(400))

    result = crowd.run(address, plan(project))

    assert result.errors == {}
    assert result.double_served == 0
    assert result.items_served >= result.labels_recorded > 0
    assert api.get(project)["counts"]["labelled"] == result.labels_recorded
    assert 0 < result.batches.p50 <= result.batches.p95 <= result.batches.longest
    assert result.batches.count >= 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_answers_without_items_have_no_part_in_the_latencies(
    address: Address, api: Api, runtime: Runtime
) -> None:
    project = api.make_project(batch=PLAIN)
    api.add_vectors(project, {f"i{number}": [number, 1] for number in range(6)})
    write_ranking(runtime, project, range(6))

    result = crowd.run(address, plan(project))

    assert result.batches.count == 3
    assert result.dry > 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_crowd_tells_what_was_refused(address: Address, api: Api) -> None:
    project = api.make_project(batch=PLAIN)

    result = crowd.run(address, plan(f"{project}x", seconds=0.2))

    (words,) = result.errors
    assert "404" in words


def test_an_item_with_two_people_is_counted() -> None:
    seen = crowd._Seen(begins=0)

    seen.serve(["a", "b"], "ana", asked=1.0)
    seen.serve(["b"], "ben", asked=1.5)
    seen.held.clear()
    seen.labelled |= {"a": 2.0, "c": 2.0}
    seen.serve(["a"], "cleo", asked=1.9)
    seen.serve(["c"], "dan", asked=2.1)

    assert seen.double == 2


def test_no_latencies_are_zero() -> None:
    assert Latencies.of([]).longest == 0
