"""The API as a client calls it, in process: a key on every request, and short words."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

LEAST: dict[str, Any] = {
    "name": "casting",
    "task": {"type": "classification", "classes": ["fine", "defect"]},
    "input": {"type": "vector", "dimensions": 2},
}
"""A project without what has a default."""


class Api:
    """A client with a key."""

    def __init__(self, client: FlaskClient, key: str) -> None:
        self.client = client
        self.key = key

    def call(self, method: str, path: str, **rest: Any) -> TestResponse:
        """Call a path, with or without `/v1` before it."""
        headers = {"Authorization": f"Bearer {self.key}"} | rest.pop("headers", {})
        full = path if path.startswith(("/v1", "/livez", "/readyz")) else f"/v1{path}"
        return self.client.open(full, method=method, headers=headers, **rest)

    def get(self, path: str, **rest: Any) -> Any:
        """The body of a GET that must succeed."""
        return self._body(self.call("GET", path, **rest), 200)

    def post(self, path: str, body: Any, status: int, **rest: Any) -> Any:
        """The body of a POST that must answer a status."""
        return self._body(self.call("POST", path, json=body, **rest), status)

    def with_key(self, key: str) -> "Api":
        """The same API, asked with another key."""
        return Api(self.client, key)

    def make_key(self, role: str, **more: Any) -> "Api":
        """The same API, asked with a new key of this workspace."""
        return self.with_key(self.post("/keys", {"name": role, "role": role, **more}, 201)["key"])

    def make_workspace(self, name: str) -> "Api":
        """The same API, asked by the admin of a new workspace."""
        return self.with_key(self.post("/workspaces", {"name": name}, 201)["admin_key"])

    def make_project(self, **more: Any) -> str:
        """Make a project; answer its path."""
        made = self.post("/projects", LEAST | {"seed": 1} | more, 201)
        return f"/projects/{made['id']}"

    def add_vectors(self, project: str, vectors: Mapping[str, Sequence[float]]) -> Any:
        """Register vectors by key."""
        items = [{"key": key, "vector": list(vector)} for key, vector in vectors.items()]
        return self.post(f"{project}/items", {"items": items}, 201)

    def label(self, project: str, answers: Mapping[str, str | None], annotator: str = "ana") -> Any:
        """Post labels by key; None is a skip."""
        labels = [
            {"key": key, "annotator": annotator}
            | ({"skip": True} if value is None else {"value": value})
            for key, value in answers.items()
        ]
        return self.post(f"{project}/labels", {"labels": labels}, 202)

    def batch(
        self, project: str, size: int, annotator: str = "ana", *, explain: bool = True
    ) -> Any:
        """Ask for a batch."""
        query = "?explain=true" if explain else ""
        return self.post(f"{project}/batches{query}", {"size": size, "annotator": annotator}, 201)

    @staticmethod
    def _body(response: TestResponse, status: int) -> Any:
        assert response.status_code == status, response.get_data(as_text=True)
        return response.json
