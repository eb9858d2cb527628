"""The Flask application: blueprints, error shape, gate, contract."""

from threading import BoundedSemaphore
from typing import Any

from flask import Flask
from flask_smorest import Api
from werkzeug.exceptions import HTTPException

from service.api import (
    audits,
    batches,
    contract,
    docs,
    gate,
    health,
    items,
    keys,
    labels,
    metrics,
    predict,
    predictions,
    problems,
    projects,
    rankings,
    reports,
    runs,
    selections,
    simulations,
    spot_checks,
    versions,
    workspaces,
)
from service.api.edge import KeyConverter
from service.limits import Limits
from service.rates import Rates
from service.runtime import Runtime

BLUEPRINTS = (
    projects.blueprint,
    items.blueprint,
    batches.blueprint,
    labels.blueprint,
    runs.blueprint,
    versions.blueprint,
    rankings.blueprint,
    reports.blueprint,
    audits.blueprint,
    spot_checks.blueprint,
    predict.blueprint,
    predictions.blueprint,
    selections.blueprint,
    simulations.blueprint,
    keys.blueprint,
    workspaces.blueprint,
    health.blueprint,
    metrics.blueprint,
)


class ProblemApi(Api):  # type: ignore[misc]  # flask-smorest is untyped
    """flask-smorest, with our error shape instead of its own."""

    def handle_http_exception(self, error: HTTPException) -> Any:
        """Answer with a problem document."""
        return problems.of_http_error(error)


def create_app(runtime: Runtime) -> Flask:
    """Build the application around what it works with."""
    settings = runtime.settings
    app = Flask("service", static_folder=None)
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False  # an item's key may have two in a row
    app.url_map.converters["key"] = KeyConverter
    app.config |= contract.CONFIG | {
        "MAX_CONTENT_LENGTH": settings.max_body_bytes,
        "PROPAGATE_EXCEPTIONS": False,
    }
    app.extensions["runtime"] = runtime
    app.extensions["waiting"] = BoundedSemaphore(settings.predict_waiting)
    problems.register(app)
    rates = Rates(settings.rate_limit, settings.redis) if settings.rate_limit else None
    gate.register(app, Limits.of(settings), rates)
    api = ProblemApi(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    app.register_blueprint(docs.blueprint)
    document = contract.finish(api.spec.to_dict(), app)
    app.extensions["contract"] = document
    app.extensions["queries"] = contract.queries(document, app)
    return app
