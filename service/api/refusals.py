"""How each route may refuse, as the contract tells it: always by a problem document."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

_WHEN = {
    400: "The body is not JSON.",
    401: "No API key, or one that is not known.",
    403: "The key's role is too small, or the lease token is not the batch's.",
    404: "There is no such thing in the key's workspace.",
    409: "The request contradicts the present state; or, with `Idempotency-Key`, the first "
    "request under that key still runs.",
    412: "The project was changed since it was read.",
    413: "The body is too large.",
    415: "The body is not `application/json`.",
    422: "The request parses and is not acceptable; `errors` points to each place.",
    428: "`If-Match` is missing.",
    429: "The key's rate limit is used up; `Retry-After` says when to ask again.",
    503: "A part that the answer needs does not answer now; `Retry-After` says when to ask again.",
}
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_RETRY_AFTER = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
}


def _name(status: int) -> str:
    return HTTPStatus(status).phrase.replace(" ", "").replace("-", "")


DESCRIBED: dict[str, Any] = {
    _name(status): {"description": when, "content": _PROBLEM}
    | ({"headers": _RETRY_AFTER} if status in (429, 503) else {})
    for status, when in _WHEN.items()
} | {"Other": {"description": "Anything else.", "content": _PROBLEM}}


def add(
    operation: dict[str, Any], *, path: str, method: str, is_open: bool, header: str | None
) -> None:
    """Say of an operation how it may refuse."""
    responses = operation["responses"]
    for status in _statuses(
        path, method, is_open=is_open, has_body="requestBody" in operation, header=header
    ):
        if str(status) not in responses or status == HTTPStatus.UNPROCESSABLE_ENTITY:
            responses[str(status)] = {"$ref": f"#/components/responses/{_name(status)}"}
    responses["default"] = {"$ref": "#/components/responses/Other"}


def _statuses(
    path: str, method: str, *, is_open: bool, has_body: bool, header: str | None
) -> Iterator[int]:
    if not is_open:
        yield from (401, 403, 422, 429, 503)
    if "{" in path:
        yield 404
    if has_body:
        yield from (400, 413, 415)
    if method != "get":
        yield 409
    if header == "If-Match":
        yield from (412, 428)
