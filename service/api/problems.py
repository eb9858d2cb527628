"""Errors as RFC 9457 problem documents: the one place that knows their statuses."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from flask import Flask, Response, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from service import errors
from service.store.blobs import BlobCorrupt, BlobMissing, BlobStoreAway

log = structlog.get_logger(__name__)

STATUSES: Mapping[type[errors.ServiceError], int] = {
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.PreconditionFailed: 412,
    errors.Unacceptable: 422,
    errors.PreconditionMissing: 428,
    errors.TooManyRequests: 429,
    errors.Unavailable: 503,
    BlobCorrupt: 500,
    BlobMissing: 500,
    BlobStoreAway: 503,
}


def register(app: Flask) -> None:
    """Answer every error of an application with a problem document."""
    app.register_error_handler(errors.ServiceError, of_service_error)
    app.register_error_handler(HTTPException, of_http_error)
    app.register_error_handler(OperationalError, of_database_error)
    app.register_error_handler(NoConnection, of_database_error)
    app.register_error_handler(Exception, of_surprise)


def of_service_error(error: errors.ServiceError) -> Response:
    """One of our own refusals."""
    status = next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request failed", error=error.detail)
    faults = [{"pointer": each.pointer, "detail": each.detail} for each in error.faults]
    headers = dict(error.headers)
    if status == HTTPStatus.UNAUTHORIZED:
        headers.setdefault("WWW-Authenticate", 'Bearer realm="api"')
    return problem(status, error.detail, faults=faults, headers=headers)


def of_http_error(error: HTTPException) -> Response:
    """One of werkzeug's, with its own headers (`Allow`, `Retry-After`) kept."""
    status = error.code or 500
    messages = getattr(error, "data", None)
    faults = list(_faults(messages["messages"])) if messages else []
    headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    detail = "the request is not acceptable" if faults else (error.description or "")
    if isinstance(error, RequestEntityTooLarge):
        detail = f"the body may have at most {request.max_content_length} bytes (MAX_BODY_BYTES)"
    return problem(status, detail, faults=faults, headers=headers)


def of_database_error(error: OperationalError | NoConnection) -> Response:
    """The database is away or overloaded."""
    log.error("database error", error=str(getattr(error, "orig", error)))
    return problem(
        503, "the database does not answer; try again soon", headers=errors.retry_after(2)
    )


def of_surprise(error: Exception) -> Response:
    """Something nobody thought of: logged in full, told in brief."""
    log.error("request failed", exc_info=error)
    return problem(500, "something went wrong inside the service; its log says what")


def problem(
    status: int,
    detail: str,
    *,
    faults: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Build a problem document."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if faults:
        body["errors"] = faults
    response = Response(orjson.dumps(body), status, mimetype="application/problem+json")
    response.headers.update(headers or {})
    return response


def _faults(messages: Any, pointer: str = "") -> Iterator[dict[str, str]]:
    """Flatten marshmallow's nested messages to pointers."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            is_location = not pointer and name in ("json", "query")
            here = "" if is_location or name == "_schema" else f"/{_escaped(str(name))}"
            yield from _faults(inner, pointer + here if not is_location else "/")
    else:
        for message in messages if isinstance(messages, list) else [messages]:
            detail = str(message).rstrip(".")
            yield {"pointer": pointer.replace("//", "/").rstrip("/") or "/", "detail": detail}


def _escaped(name: str) -> str:
    """A name as part of a pointer; half a surrogate pair, which is no UTF-8, as an escape."""
    plain = name.encode(errors="backslashreplace").decode()
    return plain.replace("~", "~0").replace("/", "~1")
