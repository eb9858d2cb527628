"""The contract is generated, valid, true to the code, and kept to."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from openapi_spec_validator import validate

from service import errors
from service.api import contract, examples
from service.api.problems import STATUSES
from tests.api import Api

ROOT = Path(__file__).parents[2]
PROMISED = """
POST GET /v1/projects
GET PATCH DELETE /v1/projects/{project_id}
POST GET /v1/projects/{project_id}/items
GET DELETE /v1/projects/{project_id}/items/{key}
POST /v1/projects/{project_id}/batches
PATCH DELETE /v1/projects/{project_id}/batches/{batch_id}
POST GET /v1/projects/{project_id}/labels
DELETE /v1/projects/{project_id}/labels/{label_id}
POST GET /v1/projects/{project_id}/runs
GET DELETE /v1/projects/{project_id}/runs/{run_id}
GET /v1/projects/{project_id}/versions
GET /v1/projects/{project_id}/versions/{number}
PUT DELETE /v1/projects/{project_id}/versions/{number}/pin
DELETE /v1/projects/{project_id}/pin
GET /v1/projects/{project_id}/versions/{number}/model
GET /v1/projects/{project_id}/ranking
POST /v1/projects/{project_id}/predict
PUT GET /v1/projects/{project_id}/predictions
GET /v1/projects/{project_id}/selections
GET /v1/projects/{project_id}/report
POST /v1/projects/{project_id}/audit/release
POST /v1/projects/{project_id}/spot-checks
POST GET /v1/projects/{project_id}/simulations
GET /v1/projects/{project_id}/simulations/{run_id}
POST GET /v1/keys
DELETE /v1/keys/{key_id}
POST GET /v1/workspaces
GET /livez
GET /readyz
GET /metrics
"""


@pytest.fixture
def app(api: Api) -> Flask:
    return api.client.application


@pytest.fixture
def document(app: Flask) -> Any:
    return app.extensions["contract"]


def test_the_committed_contract_is_the_one_in_force(document: Any) -> None:
    committed = yaml.safe_load((ROOT / "openapi.yaml").read_text())

    assert committed == document, "run: python -m service openapi > openapi.yaml"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_contract_is_valid_openapi(document: Any) -> None:
    validate(document)

    assert document["openapi"].startswith("3.1")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_promised_route_is_there(document: Any, app: Flask) -> None:
    there = {(method.upper(), path) for path, method, _ in contract.operations(document)}

    promised = {
        (method, line.split()[-1])
        for line in PROMISED.strip().splitlines()
        for method in line.split()[:-1]
    }
    assert there == promised
    assert {"/docs", "/openapi.json"} <= {rule.rule for rule in app.url_map.iter_rules()}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_operations_are_named_after_their_views(document: Any, app: Flask) -> None:
    names = []
    for path, method, operation in contract.operations(document):
        view = app.view_functions[contract.endpoint_of(app, path, method)]
        assert operation["operationId"] == view.__name__
        assert operation["summary"]
        names.append(view.__name__)
    assert len(set(names)) == len(names)


def test_every_refusal_has_a_status() -> None:
    def below(kind: type[errors.ServiceError]) -> set[type[errors.ServiceError]]:
        return {kind}.union(*(below(each) for each in kind.__subclasses__()))

    assert below(errors.ServiceError) - {errors.ServiceError} == set(STATUSES)


def test_examples_are_accepted_word_for_word(api: Api, document: Any) -> None:
    for _, _, operation in contract.operations(document):
        if "application/json" in operation.get("requestBody", {}).get("content", ()):
            media = operation["requestBody"]["content"]["application/json"]
            assert media["example"] == examples.SENT[operation["operationId"]]
    sent, given = examples.SENT, examples.GIVEN

    project = f"/projects/{api.post('/projects', sent['create_project'], 201)['id']}"
    registered = api.post(f"{project}/items", sent["register_items"], 201)
    batch = api.post(f"{project}/batches", sent["hand_out_batch"], 201)
    path, token = f"{project}/batches/{batch['id']}", {"Lease-Token": batch["lease"]["token"]}
    renewed = api.call("PATCH", path, json=sent["renew_batch"], headers=token)
    recorded = api.post(f"{project}/labels", sent["record_labels"], 202)
    changes = {"json": sent["change_project"], "headers": {"If-Match": '"1"'}}

    assert registered == given["register_items"]
    assert len(batch["items"]) == 2
    assert renewed.status_code == 200
    told = given["record_labels"]
    assert recorded | {"run": None} == told | {"run": None}
    assert set(recorded["run"]) == set(told["run"])
    assert api.call("PATCH", project, **changes).status_code == 200
    api.post(f"{project}/runs", sent["start_run"], 202)
    api.post("/keys", sent["create_key"], 201)
    api.post("/workspaces", sent["create_workspace"], 201)
