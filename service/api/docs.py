"""The contract for people and for tools."""

from importlib import resources

import orjson
from flask import Blueprint, Response, current_app, send_from_directory

from service.api.edge import needs
from service.domain.catalogue import Role

blueprint = Blueprint("docs", __name__)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><title>Active learning service: the API</title>
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
</head>
<body>
<div id="ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_START = (
    'SwaggerUIBundle({url: location.origin + "/openapi.json", dom_id: "#ui", deepLinking: true});\n'
)


@blueprint.get("/openapi.json")
@needs(Role.READER)
def openapi() -> Response:
    """The contract as OpenAPI 3.1."""
    contract = current_app.extensions["contract"]
    return Response(orjson.dumps(contract), mimetype="application/json")


@blueprint.get("/docs")
@needs(Role.READER)
def page() -> Response:
    """The contract as a page to read and to try."""
    return Response(_PAGE, mimetype="text/html")


@blueprint.get("/docs/<path:name>")
@needs(Role.READER)
def asset(name: str) -> Response:
    """Scripts and styles of the page."""
    if name == "start.js":
        return Response(_START, mimetype="text/javascript")
    folder = resources.files("flask_swagger_ui") / "dist"
    return send_from_directory(str(folder), name.removeprefix("assets/"))
