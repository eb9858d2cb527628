"""Whatever is sent, within the contract or against it: nothing breaks, and answers are as told."""

import dataclasses
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from service.app import create_app
from service.runtime import Runtime
from tests.api import Api
from tests.service.rows import write_ranking, write_version

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
AWAY = 503
"""The one honest answer of 500 and above: no worker runs here to predict."""


@schemathesis.serializer("application/x-ndjson", "application/vnd.apache.arrow.stream")
def as_sent(_: Any, value: Any) -> bytes:
    """A stream is sent as it was made up: lines and bytes without a meaning."""
    return value if isinstance(value, bytes) else str(value).encode()


@pytest.mark.parametrize(
    ("mode", "examples"), [(GenerationMode.POSITIVE, 12), (GenerationMode.NEGATIVE, 8)]
)
def test_no_request_breaks_the_service(
    runtime: Runtime, admin_key: str, mode: GenerationMode, examples: int
) -> None:
    changed = dataclasses.replace(runtime.settings, predict_timeout_seconds=0)
    app = create_app(dataclasses.replace(runtime, settings=changed))
    api = Api(app.test_client(), admin_key)
    project = api.make_project()
    api.add_vectors(project, {"a": [0, 1], "b": [1, 0]})
    write_ranking(runtime, project, [0, 1], version=write_version(runtime, project))
    headers = {"Authorization": f"Bearer {admin_key}"}
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app, headers=headers)
    bounds = settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    def check(case: Case) -> None:
        if "project_id" in (case.path_parameters or {}):
            case.path_parameters["project_id"] = project.rpartition("/")[2]
        response = case.call(headers=headers)
        is_away = response.status_code == AWAY and case.operation.path.endswith("/predict")
        skipped: list[Any] = [not_a_server_error] if is_away else []
        checks = [each for each in CHECKS if each not in skipped]
        case.validate_response(response, checks=checks)

    operations = [each.ok() for each in schema.get_all_operations()]
    for operation in operations:
        with suppress(Unsatisfiable):  # an operation that takes nothing cannot be misused
            bounds(given(operation.as_strategy(generation_mode=mode))(check))()

    assert len(operations) > 30
