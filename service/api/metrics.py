"""Prometheus metrics: of requests as they are served, of the loop as the database has it."""

import os
from collections.abc import Iterator

from flask import Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from service.actions import loop
from service.api.edge import Blueprint, needs, runtime
from service.domain.catalogue import Role
from service.runtime import Runtime

REQUESTS = Counter("http_requests_total", "Requests served.", ["method", "route", "status"])
SECONDS = Histogram(
    "http_request_seconds",
    "Time from the first look at a request to its answer.",
    ["method", "route"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 30),
)

blueprint = Blueprint("metrics", __name__, description="Metrics for Prometheus.")


@blueprint.get("/metrics")
@needs(Role.READER)
@blueprint.response(200, {"type": "string"}, content_type="text/plain")
def read_metrics() -> Response:
    """Metrics in the Prometheus text format."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_Local())
    registry.register(_Loop(runtime()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def count(request: Request, response: Response, *, seconds: float) -> None:
    """Count a request under its route and method, never under words of its sender's own."""
    route = request.url_rule.rule if request.url_rule else "none"
    method = request.method if request.method in _METHODS else "other"
    REQUESTS.labels(method, route, response.status_code).inc()
    SECONDS.labels(method, route).observe(seconds)


# Anybody may send another word; each would be a row for ever.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class _Local(Collector):
    """The metrics of this process, where there is only one."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for metric in (REQUESTS, SECONDS):
            yield from metric.collect()  # type: ignore[misc]


class _Loop(Collector):
    """The state of the loop, over all projects."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def collect(self) -> Iterator[GaugeMetricFamily]:
        state = loop.measure(self._runtime)
        runs = GaugeMetricFamily("runs", "Runs in flight.", labels=["kind", "state"])
        for (kind, run_state), number in state.runs.items():
            runs.add_metric([kind, run_state], number)
        yield runs
        for name, about, value in (
            ("oldest_run_seconds", "Age of the oldest run in flight.", state.oldest_run_seconds),
            ("labels", "Current labels.", state.labels),
            ("labels_waiting", "Label events no finished cycle has used.", state.labels_waiting),
            ("leases_open", "Items that somebody holds.", state.leases),
        ):
            yield GaugeMetricFamily(name, about, value=value)
