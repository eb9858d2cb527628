"""What every view is written with: its blueprint, its role, who asks, what the process has."""

from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Any, cast

import flask_smorest
from flask import current_app, g
from werkzeug.routing import BaseConverter, ValidationError

from service.actions.access import Caller
from service.api.bodies import Parser
from service.domain.catalogue import Role
from service.runtime import Runtime

View = Callable[..., Any]


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask-smorest is untyped
    """A blueprint whose bodies are read by our parser."""

    ARGUMENTS_PARSER = Parser()


class KeyConverter(BaseConverter):
    """A client's own key in a path: anything that a key may be, slashes at its start too."""

    part_isolating = False
    regex = r"[\s\S]+"
    weight = 200

    def to_python(self, value: str) -> str:
        """Refuse what no database can look for."""
        if "\x00" in value:
            raise ValidationError
        return value


def waiting() -> BoundedSemaphore:
    """How many requests of this process may still wait for a worker."""
    return cast(BoundedSemaphore, current_app.extensions["waiting"])


def runtime() -> Runtime:
    """What the process works with."""
    return cast(Runtime, current_app.extensions["runtime"])


def caller() -> Caller:
    """Who asks."""
    return cast(Caller, g.caller)


def needs(role: Role, *, seeks_project: bool = False) -> Callable[[View], View]:
    """Declare the least role of a route; without it a route is for admins.

    Args:
        role: the least role.
        seeks_project: the view itself finds that a project is not of the key's workspace.
    """

    def mark(view: View) -> View:
        view.needed_role = role  # type: ignore[attr-defined]
        view.seeks_project = seeks_project  # type: ignore[attr-defined]
        return view

    return mark
