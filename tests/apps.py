"""Applications of tests, which take longer to build than most tests to run."""

from dataclasses import replace

from flask import Flask

from service.app import create_app
from service.config import Settings
from service.runtime import Runtime

_BUILT: dict[Settings, Flask] = {}


def app_of(runtime: Runtime) -> Flask:
    """An application around a runtime: one for all tests whose settings it would not tell apart."""
    same = replace(runtime.settings, data_dir="", database_url="", redis_url="")
    if same.rate_limit:  # counts in the broker
        return create_app(runtime)
    if same not in _BUILT:
        _BUILT[same] = create_app(runtime)
    _BUILT[same].extensions["runtime"] = runtime
    return _BUILT[same]
