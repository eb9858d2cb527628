"""Health over HTTP, for those who watch the service."""

import orjson
from flask import Response

from service.actions import health
from service.api.edge import Blueprint, runtime
from service.schemas.health import LivenessOut, ReadinessOut

blueprint = Blueprint("health", __name__, description="Whether the service is up.")


@blueprint.get("/livez")
@blueprint.response(200, LivenessOut)
def livez() -> Response:
    """Say that this process is alive."""
    return Response(b'{"status":"ok"}', mimetype="application/json")


@blueprint.get("/readyz")
@blueprint.response(200, ReadinessOut)
@blueprint.alt_response(503, schema=ReadinessOut)
def readyz() -> Response:
    """Say of each part that the service needs whether it answers; 503 unless all do."""
    parts = health.check(runtime())
    is_ready = all(outcome == "ok" for outcome in parts.values())
    body = {"status": "ok" if is_ready else "not ready", "parts": parts}
    return Response(orjson.dumps(body), 200 if is_ready else 503, mimetype="application/json")
