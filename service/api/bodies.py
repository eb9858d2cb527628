"""Request bodies and query strings, read strictly."""

import json
from functools import cache
from typing import Any, NoReturn

import orjson
from marshmallow import RAISE, Schema
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, UnprocessableEntity, UnsupportedMediaType

from service.errors import Fault, Unacceptable


class Parser(FlaskParser):
    """JSON bodies and query strings, strictly."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": None, "query": RAISE}

    def load_json(self, req: Any, _: Any) -> Any:
        """Parse the body; an empty one without a media type is an empty object."""
        refuse_compressed(req)
        body = req.get_data(cache=True)
        if not body and not req.content_type:
            return {}
        if not req.is_json:
            raise UnsupportedMediaType("the body must be application/json")
        value = _parsed(body)
        if not isinstance(value, dict):
            raise Unacceptable(
                "the body must be a JSON object", faults=[Fault("/", "is not an object")]
            )
        return value

    def _get_schema(self, argmap: Any, req: Any) -> Schema:
        """Make each schema once, and not at every request."""
        return _made(argmap) if isinstance(argmap, type) else super()._get_schema(argmap, req)

    def handle_error(self, error: Any, *_: Any, **__: Any) -> NoReturn:
        """Refuse with marshmallow's messages; `service.api.problems` words them."""
        refusal = UnprocessableEntity()
        refusal.data = {"messages": error.messages}  # type: ignore[attr-defined]
        raise refusal


def refuse_compressed(req: Any) -> None:
    """Say so where a body is compressed, which would else be called no JSON.

    Raises:
        UnsupportedMediaType: it is.
    """
    encoding = req.headers.get("Content-Encoding", "identity")
    if encoding != "identity":
        raise UnsupportedMediaType(f"the body must not be compressed; it is {encoding}")


@cache
def _made(schema: type[Schema]) -> Schema:
    return schema()


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        # NaN, Infinity and 1e400 are read here, so that the field that holds one can be named.
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"the body is not JSON: {error}") from None
