"""The loop with its blobs in a bucket, each part with a cache of its own."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.runtime import Runtime, open_blobs
from tests.api import Api
from tests.fakes import FrozenClock, RecordingQueue
from tests.workers.conftest import Pool


def on_bucket(runtime: Runtime, url: str, machine: str) -> Runtime:
    """The same runtime on another machine: its cache is its own."""
    folder = str(runtime.settings.data_path / machine)
    settings = replace(runtime.settings, blob_url=url, data_dir=folder)
    return replace(runtime, blobs=open_blobs(settings))


@pytest.fixture
def client(runtime: Runtime, bucket_url: str) -> FlaskClient:
    """The API, whose blobs are in a bucket."""
    return create_app(on_bucket(runtime, bucket_url, "api")).test_client()


def test_a_cycle_runs_on_a_bucket_and_the_api_reads_what_it_made(
    api: Api, runtime: Runtime, queue: RecordingQueue, clock: FrozenClock, bucket_url: str
) -> None:
    workers = on_bucket(runtime, bucket_url, "worker")
    pool = Pool(api, workers, queue, clock).make(retrain={"min_labels": 20}).add(60)
    pool.work()
    pool.label(*range(20))

    done = pool.work()

    assert [str(stage) for stage in done] == ["retrain", "score", "rank"]
    item = api.get(f"{pool.path}/items/0-30")
    assert item["prediction"]["label"] in ("fine", "defect")
    assert api.batch(pool.path, 5)["ranking"]["version"] == 1
    with api.call("GET", f"{pool.path}/versions/1/model") as model:
        assert model.status_code == 200
    folder = runtime.settings.data_path
    assert any((folder / "api" / "cache").iterdir())
    assert not (folder / "blobs").exists()
