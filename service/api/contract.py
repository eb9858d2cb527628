"""The contract, generated from the routes: OpenAPI 3.1."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask

from service.api import examples, exports, refusals, streams
from service.api.gate import OPEN
from service.schemas.base import ProblemOut

CONFIG: dict[str, Any] = {
    "API_TITLE": "Active learning service",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "API_SPEC_OPTIONS": {
        "info": {
            "description": "Register a pool of items, ask for the next batch worth labelling, "
            "post the labels; workers retrain and rank the pool behind the scenes."
        },
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "security": [{"key": []}],
    },
}

_IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and body give the same answer again for 24 h.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
_HEADERS = {
    "change_project": "If-Match",
    "delete_project": "If-Match",
    "renew_batch": "Lease-Token",
    "release_batch": "Lease-Token",
}
_EXPORTED = {"list_labels", "list_predictions", "list_selections"}
_RUN = {"$ref": "#/components/schemas/RunOut"}
_STREAMED = {"register_items": _RUN, "bring_predictions": _RUN}


def finish(document: dict[str, Any], app: Flask) -> dict[str, Any]:
    """Add what the routes do not say themselves: headers, refusals, operation ids, examples."""
    document = deepcopy(document)  # parts of it are `CONFIG`'s
    for unused in ("Error", "PaginationMetadata"):
        document["components"]["schemas"].pop(unused, None)
    document["components"]["schemas"]["Problem"] = _problem_schema()
    document["components"]["responses"] = deepcopy(refusals.DESCRIBED)
    for path, method, operation in operations(document):
        endpoint = endpoint_of(app, path, method)
        operation["operationId"] = app.view_functions[endpoint].__name__
        if endpoint in OPEN:
            operation["security"] = []
        header = _HEADERS.get(operation["operationId"])
        refusals.add(operation, path=path, method=method, is_open=endpoint in OPEN, header=header)
        examples.add(operation)
        if operation["operationId"] in _EXPORTED:
            operation["responses"]["200"]["content"] |= exports.DESCRIBED
        if operation["operationId"] in _STREAMED:
            streams.describe(operation, _STREAMED[operation["operationId"]])
        if method == "post":
            operation.setdefault("parameters", []).append(_IDEMPOTENCY)
        if header:
            operation.setdefault("parameters", []).append(
                {"name": header, "in": "header", "required": True, "schema": {"type": "string"}}
            )
    return document


def queries(document: Mapping[str, Any], app: Flask) -> dict[tuple[str, str], frozenset[str]]:
    """Names that the query of each endpoint and method may have."""
    return {
        (endpoint_of(app, path, method), method.upper()): frozenset(
            each["name"] for each in operation.get("parameters", ()) if each.get("in") == "query"
        )
        for path, method, operation in operations(document)
    }


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every path, method and operation of a contract."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in ("get", "post", "put", "patch", "delete"):
                yield path, method, operation


def endpoint_of(app: Flask, path: str, method: str) -> str:
    """The endpoint behind a path and method of a contract.

    Raises:
        LookupError: the application has none.
    """
    for rule in app.url_map.iter_rules():
        plain = "".join(
            f"{{{part}}}" if is_variable else part for is_variable, part in _parts(rule.rule)
        )
        if plain == path and method.upper() in (rule.methods or ()):
            return str(rule.endpoint)
    raise LookupError(f"{method} {path} is in the contract and not in the application")


def _parts(rule: str) -> Iterator[tuple[bool, str]]:
    for piece in rule.split("<"):
        variable, closed, rest = piece.partition(">")
        if closed:
            yield True, variable.rpartition(":")[2]
            yield False, rest
        else:
            yield False, piece


def _problem_schema() -> Any:
    plugin = MarshmallowPlugin(schema_name_resolver=_name_of)
    spec = APISpec("problem", "1", "3.1.0", plugins=[plugin])
    spec.components.schema("Problem", schema=ProblemOut)
    schemas = spec.to_dict()["components"]["schemas"]
    problem = schemas["Problem"]
    problem["properties"]["errors"]["items"] = schemas["Fault"]
    return problem


def _name_of(_: Any) -> str:
    return "Fault"
