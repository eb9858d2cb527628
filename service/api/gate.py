"""Before a view and after it: who asks, may they, how often; and what it took."""

import base64
import time
from typing import Any

from flask import Flask, Response, g, request

from service import limits
from service.actions import access
from service.api import metrics
from service.api.edge import caller, runtime
from service.domain.catalogue import Role
from service.errors import Fault, TooManyRequests, Unacceptable, Unauthenticated, retry_after
from service.limits import Limits
from service.rates import Rate, Rates

OPEN = frozenset({"health.livez", "health.readyz"})
# A browser cannot send a bearer key by itself; there the key is the password.
BROWSABLE = frozenset({"docs.page", "docs.asset", "docs.openapi"})


def register(app: Flask, bounds: Limits, rates: Rates | None) -> None:
    """Put the gate before every route of an application."""

    def enter() -> None:
        g.began = time.monotonic()
        limits.enforce(bounds)
        if request.routing_exception is not None or request.endpoint in OPEN:
            return
        project_uid = (request.view_args or {}).get("project_id")
        view: Any = app.view_functions[request.endpoint or ""]
        # Such a view looks for the project itself, where it locks it. An answer that was kept is
        # given without the view, so then the project is looked for here.
        is_sought = getattr(view, "seeks_project", False) and not _is_repeatable()
        g.caller = access.admit(
            runtime(), _secret(), project_uid=project_uid, is_project_sought=is_sought
        )
        if rates is not None:
            _count(rates)
        caller().require(getattr(view, "needed_role", Role.ADMIN))
        _check_query(app)

    def leave(response: Response) -> Response:
        rate: Rate | None = g.get("rate")
        if rate is not None:
            policy = f'"default";q={rate.quota};w={rate.window_seconds}'
            response.headers["RateLimit-Policy"] = policy
            state = f'"default";r={rate.remaining};t={rate.reset_seconds}'
            response.headers["RateLimit"] = state
        metrics.count(request, response, seconds=time.monotonic() - g.get("began", 0.0))
        return response

    app.before_request(enter)
    app.after_request(leave)


def _is_repeatable() -> bool:
    return "Idempotency-Key" in request.headers


def _secret() -> str:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and given.strip():
        return given.strip()
    browsable = request.endpoint in BROWSABLE
    if browsable and scheme.lower() == "basic":
        try:
            return base64.b64decode(given).decode().partition(":")[2]
        except ValueError:  # not base64, or not UTF-8 below it
            pass
    challenge = 'Basic realm="the API key is the password"' if browsable else 'Bearer realm="api"'
    raise Unauthenticated(
        "send an API key: `Authorization: Bearer <key>`", headers={"WWW-Authenticate": challenge}
    )


def _check_query(app: Flask) -> None:
    """Refuse query fields that a route of the contract does not have."""
    known = app.extensions["queries"].get((request.endpoint, request.method))
    unknown = [] if known is None else sorted(set(request.args) - known)
    if unknown:
        faults = [Fault(f"/{name}", "Unknown field") for name in unknown]
        raise Unacceptable("the request is not acceptable", faults=faults)


def _count(rates: Rates) -> None:
    g.rate = rates.hit(str(caller().key_id))
    if g.rate is not None and not g.rate.is_allowed:
        raise TooManyRequests(
            f"this key may ask {g.rate.quota} times in {g.rate.window_seconds} s",
            headers=retry_after(g.rate.reset_seconds),
        )
