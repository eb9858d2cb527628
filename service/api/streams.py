"""Request bodies of any size: handed on as they come, never whole in memory."""

import hashlib
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, cast

from flask import Request, Response, request
from werkzeug.exceptions import BadRequest
from werkzeug.wsgi import get_input_stream

from service.api.answers import Answer
from service.api.bodies import refuse_compressed
from service.api.edge import View

MEDIA_TYPES = ("application/x-ndjson", "application/vnd.apache.arrow.stream")
_PIECE = 2**20


class Body:
    """The body of a request, read once, a piece at a time."""

    def __init__(self, request: Request) -> None:
        self._stream = get_input_stream(request.environ)  # however large: the limit is the disk's
        self._left = request.content_length
        self._is_repeatable = "Idempotency-Key" in request.headers
        self._hash = hashlib.sha256(f"{request.method}\n{request.full_path}\n".encode())

    def __iter__(self) -> Iterator[bytes]:
        """What has not been read yet.

        Raises:
            BadRequest: it ends before it is whole.
        """
        while piece := self._read():
            if self._is_repeatable:
                self._hash.update(piece)
            yield piece
        if self._left:
            raise BadRequest(f"the body ended {self._left} bytes before its Content-Length")

    def fingerprint(self) -> str:
        """What tells the request from another one, once the rest of the body has come."""
        for _ in self:
            pass
        return self._hash.hexdigest()

    def _read(self) -> bytes:
        try:
            piece = self._stream.read(_PIECE)
        except OSError as error:  # the server's word for a client that is gone or talks nonsense
            raise BadRequest(f"the body broke off: {error}") from None
        if self._left is not None:
            self._left -= len(piece)
        return piece


def or_stream(view: View, answer: Answer) -> Callable[[View], View]:
    """Hand a body to another view, with its media type, if that is one of a stream."""

    def decorate(other: View) -> View:
        @wraps(other)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if request.mimetype not in MEDIA_TYPES:
                return other(*args, **kwargs)
            return _give(view, answer, **kwargs)

        return cast(View, wrapper)

    return decorate


def describe(operation: dict[str, Any], schema: dict[str, Any]) -> None:
    """Say in the contract that an operation also takes streams, and how it answers them."""
    media = {"schema": {"type": "string"}}
    body = operation.setdefault("requestBody", {"required": True, "content": {}})
    body["content"] |= dict.fromkeys(MEDIA_TYPES, media)
    operation["responses"]["202"] = {
        "description": "The upload is on disk, and the workers take it in: watch the run.",
        "content": {"application/json": {"schema": schema}},
    }


def _give(view: View, answer: Answer, **kwargs: Any) -> Response:
    refuse_compressed(request)
    body = Body(request)
    return answer.give(lambda: view(body, request.mimetype, **kwargs), fingerprint=body.fingerprint)
