"""Every route of the contract, with paths and bodies to call it by."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.api import contract, examples
from tests.api import Api

OPEN = {"livez", "readyz"}


@dataclass(frozen=True)
class Route:
    """One operation."""

    name: str
    method: str
    template: str
    body: dict[str, Any] | None

    @property
    def is_in_project(self) -> bool:
        """Whether it is about something that lives in a project."""
        return "{project_id}" in self.template

    def path(self, **values: Any) -> str:
        """The path, with strangers' ids where none is given."""
        defaults = {"key": "a", "number": 1}
        path = self.template
        while "{" in path:
            name = path.partition("{")[2].partition("}")[0]
            value = values.get(name) or defaults.get(name) or uuid4()
            path = path.replace(f"{{{name}}}", str(value))
        return path

    def arguments(self) -> dict[str, Any]:
        """What to call it with, besides a key."""
        headers = {"If-Match": '"1"', "Lease-Token": "none"}
        return {"headers": headers} | ({} if self.body is None else {"json": self.body})

    def ask(self, api: Api, *, query: str = "", **values: Any) -> TestResponse:
        """Call it with a key, about the things that are named."""
        arguments = self.arguments()
        headers = arguments["headers"] | {"Authorization": f"Bearer {api.key}"}
        return api.client.open(
            self.path(**values) + query, method=self.method, **arguments | {"headers": headers}
        )


def routes(client: FlaskClient) -> list[Route]:
    """All routes of the contract."""
    document = client.application.extensions["contract"]
    return [
        Route(
            name=operation["operationId"],
            method=method.upper(),
            template=path,
            body=examples.SENT.get(operation["operationId"]),
        )
        for path, method, operation in contract.operations(document)
    ]
