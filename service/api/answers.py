"""What views return, dumped; and on POST, an answer kept for a repeated request."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial, wraps
from typing import Any, cast

import orjson
from flask import Response, g, request
from marshmallow import Schema

from service.actions import receipts
from service.actions.access import Repeatable
from service.api.edge import Blueprint, View, caller, runtime
from service.errors import Unacceptable

Headers = Callable[[Any], Mapping[str, str]]

_LONGEST_KEY = 255


class Answer:
    """How one route answers: a status, a schema, and headers that follow from the body."""

    def __init__(self, status: int, schema: type[Schema], headers: Headers | None) -> None:
        self._status = status
        self._schema = schema()
        self._headers = headers

    def render(self, result: Any) -> tuple[int, bytes]:
        """Status and body, as they go over the wire."""
        return self._status, orjson.dumps(self._schema.dump(result))

    def respond(self, status: int, body: bytes) -> Response:
        """The response; its headers come from the body, so that a kept answer has them too."""
        response = Response(body, status, mimetype="application/json")
        if self._headers:
            response.headers.update(self._headers(orjson.loads(body)))
        if "link" in g:
            response.headers["Link"] = g.link
        return response

    def give(self, make: Callable[[], Any], *, fingerprint: Callable[[], str]) -> Response:
        """Make what is answered, unless the request is a repeated one."""
        repeatable = self._repeatable(fingerprint)
        if repeatable is None:
            result = make()
            is_whole = isinstance(result, Response)
            return result if is_whole else self.respond(*self.render(result))
        with receipts.claim(runtime(), caller(), repeatable) as kept:
            if kept is not None:
                return self.respond(kept.status, kept.body)
            g.caller = replace(caller(), repeatable=repeatable)
            return self.respond(*self.render(make()))

    def _repeatable(self, fingerprint: Callable[[], str]) -> Repeatable | None:
        key = request.headers.get("Idempotency-Key")
        if request.method != "POST" or key is None:
            return None
        if not 1 <= len(key) <= _LONGEST_KEY or not key.isprintable():
            raise Unacceptable(
                f"Idempotency-Key must have 1 to {_LONGEST_KEY} printable characters"
            )
        return Repeatable(key=key, fingerprint=fingerprint, render=self.render)


def fingerprint() -> str:
    """What tells this request from another one: method, path and body."""
    content = (request.method.encode(), request.full_path.encode(), request.get_data())
    return hashlib.sha256(b"\n".join(content)).hexdigest()


def located(body: Any) -> dict[str, str]:
    """Headers of something made in the list that was posted to."""
    return {"Location": f"{request.path}/{body['id']}"}


def run_located(body: Any) -> dict[str, str]:
    """Headers of a run that a list of another kind was posted to for."""
    return {"Location": f"{request.path.rpartition('/')[0]}/runs/{body['id']}"}


def batch_located(body: Any) -> dict[str, str]:
    """Headers of a batch that a list of another kind was posted to for."""
    return {"Location": f"{request.path.rpartition('/')[0]}/batches/{body['id']}"}


def answers(
    blueprint: Blueprint, status: int, schema: type[Schema], headers: Headers | None = None
) -> Callable[[View], View]:
    """Dump what a view returns by a schema, and say so in the contract."""
    answer = Answer(status, schema, headers)

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(*args: Any, **kwargs: Any) -> Response:
            return answer.give(partial(view, *args, **kwargs), fingerprint=fingerprint)

        return cast(View, blueprint.response(status, schema)(wrapper))

    return decorate
