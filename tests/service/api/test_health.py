"""Health, metrics, and the contract as a page."""

import dataclasses

from service.app import create_app
from service.live import Live
from service.runtime import Runtime, open_blobs
from service.store import database
from service.store.blobs import LocalBlobs
from tests.api import Api
from tests.fakes import FrozenClock
from tests.service.rows import write_version


def test_a_process_that_lives_says_so(api: Api) -> None:
    assert api.get("/livez") == {"status": "ok"}


def test_readiness_names_every_part(api: Api) -> None:
    parts = dict.fromkeys(("database", "broker", "blobs", "migrations"), "ok")

    assert api.get("/readyz") == {"status": "ok", "parts": parts}


def test_a_part_that_is_away_is_named_and_the_others_are_well(
    runtime: Runtime, admin_key: str
) -> None:
    path = runtime.settings.data_path / "empty.db"
    folder = runtime.settings.data_path / "a file"
    folder.write_text("in the way")
    empty = database.connect(f"sqlite:///{path}")
    changed = dataclasses.replace(
        runtime,
        live=Live("redis://127.0.0.1:1/0", timeout=1),
        blobs=LocalBlobs(folder),
        readers=empty.readers,
        snapshots=empty.snapshots,
    )

    response = create_app(changed).test_client().get("/readyz")

    empty.engine.dispose()
    assert response.status_code == 503
    assert response.json["status"] == "not ready"
    assert response.json["parts"] == {
        "database": "ok",
        "broker": "not ready: ConnectionError",
        "blobs": "not ready: FileExistsError",
        "migrations": "not ready: ServiceError",
    }


def test_a_bucket_that_is_away_is_named_and_costs_a_reader_a_503(
    runtime: Runtime, admin_key: str
) -> None:
    settings = dataclasses.replace(
        runtime.settings, blob_url="s3://pool/b?endpoint_override=http://127.0.0.1:1"
    )
    client = create_app(dataclasses.replace(runtime, blobs=open_blobs(settings))).test_client()
    api = Api(client, admin_key)
    project = api.make_project()
    write_version(runtime, project)

    parts = api.call("GET", "/readyz").json["parts"]
    answer = api.call("GET", f"{project}/versions/1/model")

    assert (parts["blobs"], parts["database"]) == ("not ready: BlobStoreAway", "ok")
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers
    assert "the blob store s3://pool/b/ at 127.0.0.1:1 failed" in answer.json["detail"]


def test_metrics_tell_of_requests_and_of_the_loop(api: Api, clock: FrozenClock) -> None:
    project = api.make_project(retrain={"min_labels": 1})
    api.add_vectors(project, {"a": [0, 1], "b": [1, 0]})
    api.batch(project, 1)
    api.label(project, {"a": "fine"})
    clock.advance(5)
    headers = {"Authorization": f"Bearer {api.key}"}

    response = api.client.get("/metrics", headers=headers)

    lines = response.text.splitlines()
    assert response.mimetype == "text/plain"
    assert 'runs{kind="cycle",state="queued"} 1.0' in lines
    assert "oldest_run_seconds 5.0" in lines
    assert "labels 1.0" in lines
    assert "labels_waiting 1.0" in lines
    assert any(
        line.startswith("http_requests_total{")
        and 'route="/v1/projects/<uuid:project_id>/labels"' in line
        for line in lines
    )
    assert project.rpartition("/")[2] not in response.text


def test_the_contract_is_served_to_tools_and_to_people(api: Api) -> None:
    headers = {"Authorization": f"Bearer {api.key}"}

    contract = api.client.get("/openapi.json", headers=headers)
    page = api.client.get("/docs", headers=headers)

    assert contract.json == api.client.application.extensions["contract"]
    assert page.mimetype == "text/html"
