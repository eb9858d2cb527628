"""Texts of a project with a dense encoder, from the request to the prediction."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from service.domain.runs import Stage
from service.store.tables.pool import Shard
from tests.workers.conftest import Pool
from tests.workers.ingest.sent import ARROW, NDJSON, arrow, ndjson, small_parts, take_in
from tests.workers.loop import answering
from workers.encoders import sentences
from workers.learning.scaling import DenseMoments
from workers.pool import measured, shards

DENSE: dict[str, Any] = {"input": {"type": "text", "encoder": "minilm"}}
SLOW_AT_ONCE = 4_096


def text(number: int) -> str:
    """A text that the tiny encoder knows."""
    return f"word{number % 40} word{number * 7 % 40} word{number * 11 % 40}"


def texts(count: int, first: int = 0) -> list[dict[str, Any]]:
    return [{"key": f"t{n}", "text": text(n)} for n in range(first, first + count)]


def features(pool: Pool) -> np.ndarray[Any, np.dtype[np.float32]]:
    found = sorted(pool.rows(Shard), key=lambda shard: (shard.project_id, shard.number))
    blobs = [pool.runtime.blobs.path(shard.features) for shard in found]
    return np.vstack([shards.open_shard(blob) for blob in blobs])


@pytest.fixture
def dense(pool: Pool, tiny_encoders: Path) -> Pool:
    pool.configure(encoders_dir=str(tiny_encoders))
    return pool


def test_texts_become_dense_shards_and_a_ranking(dense: Pool) -> None:
    dense.make(**DENSE)
    dense.api.post(f"{dense.path}/items", {"items": texts(30)}, 201)

    dense.work()

    folder = dense.runtime.settings.encoders_path
    encoder = sentences.load(folder, threads=dense.runtime.settings.threads)
    assert np.array_equal(features(dense), encoder.encode([text(n) for n in range(30)]))
    moments = measured.read(dense.runtime.blobs, dense.rows(Shard))
    assert isinstance(moments, DenseMoments)
    assert dense.api.get(dense.path)["ranking"]["strategy"] == "uherding"
    assert len(dense.order()) == 30


@pytest.mark.parametrize("media_type", [NDJSON, ARROW])
def test_an_upload_gives_the_features_that_requests_give(dense: Pool, media_type: str) -> None:
    dense.make(**DENSE)
    dense.api.post(f"{dense.path}/items", {"items": texts(50)}, 201)
    dense.work()
    one_by_one = features(dense)
    small_parts(dense, 20).make(**DENSE)
    rows = texts(50)
    columns = {name: pa.array([row[name] for row in rows]) for name in ("key", "text")}

    run = take_in(dense, ndjson(rows) if media_type == NDJSON else arrow(columns), media_type)

    assert (run["state"], run["registered"]) == ("done", 50), run
    mine = [shard for shard in dense.rows(Shard) if shard.project_id == dense.row().id]
    assert len(mine) > 3
    assert np.allclose(features(dense)[50:], one_by_one, atol=1e-6)
    assert dense.api.get(f"{dense.path}/items/t7")["text"] == text(7)
    assert len(dense.order()) == 50


def test_a_refused_upload_leaves_room_for_others(dense: Pool) -> None:
    dense.make(**DENSE)

    refused = take_in(dense, ndjson([*texts(20), {"key": "t20", "vector": [1.0]}]), NDJSON)
    assert refused["state"] == "failed"
    taken = take_in(dense, ndjson(texts(20)), NDJSON)

    assert (taken["state"], taken["registered"]) == ("done", 20)
    assert features(dense).shape == (20, sentences.WIDTH)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_many_texts_are_encoded_in_several_runs_and_ranked_after_each(dense: Pool) -> None:
    dense.make(**DENSE)
    for first in range(0, SLOW_AT_ONCE + 10, 1000):
        count = min(1000, SLOW_AT_ONCE + 10 - first)
        dense.api.post(f"{dense.path}/items", {"items": texts(count, first)}, 201)

    dense.work(until=Stage.RANK)
    assert dense.row().encoded == SLOW_AT_ONCE
    dense.work()

    assert dense.row().encoded == SLOW_AT_ONCE + 10
    kinds = [run["kind"] for run in dense.api.get(f"{dense.path}/runs")["data"]]
    assert kinds.count("encode") == 2
    assert len(features(dense)) == SLOW_AT_ONCE + 10


def test_a_worker_without_the_encoder_says_what_to_do_and_goes_on_when_it_is_done(
    dense: Pool, tmp_path: Path
) -> None:
    there = dense.runtime
    dense.runtime = replace(there, settings=replace(there.settings, encoders_dir=str(tmp_path)))
    dense.make(**DENSE)
    dense.api.post(f"{dense.path}/items", {"items": texts(10)}, 201)
    dense.work()
    failed = dense.last_run()
    upload = take_in(dense, ndjson(texts(5, 10)), NDJSON)

    for run in (failed, upload):
        assert run["state"] == "failed"
        assert "make encoders" in run["reason"]
        assert str(tmp_path) in run["reason"]
    assert dense.rows(Shard) == []
    assert dense.api.batch(dense.path, 3)["items"]  # in the first, random order
    dense.runtime = there
    dense.api.post(f"{dense.path}/runs", {}, 202)
    dense.work()

    assert dense.row().encoded == dense.row().next_position
    assert dense.api.get(dense.path)["ranking"]["strategy"] == "uherding"


def test_the_loop_finds_what_is_said_in_other_words(dense: Pool, real_encoders: Path) -> None:
    dense.configure(encoders_dir=str(real_encoders))
    named = {"task": {"type": "classification", "classes": ["weather", "music"]}}
    dense.make(**DENSE, **named, retrain={"min_labels": 4}, strategy="margin")
    told = {
        "It will rain all day tomorrow": "weather",
        "A cold wind blows from the north": "weather",
        "She plays the violin in an orchestra": "music",
        "Their new album has great guitar solos": "music",
    }
    rest = {
        "Expect sunshine and mild temperatures": "weather",
        "Snow fell during last night's storm": "weather",
        "He sang two songs at our concert": "music",
        "I love jazz piano": "music",
    }
    keys = {f"k{n}": each for n, each in enumerate([*told, *rest])}
    items = [{"key": key, "text": each} for key, each in keys.items()]
    dense.api.post(f"{dense.path}/items", {"items": items}, 201)
    dense.work()
    dense.api.label(dense.path, {key: told[each] for key, each in keys.items() if each in told})

    dense.work()

    rows = dense.api.get(f"{dense.path}/predictions")["data"]
    said = {keys[row["key"]]: row["label"] for row in rows}
    assert said == told | rest
    thread = answering(dense.runtime, dense.queue.predictions)
    asked = {"items": [{"text": "Thunder and lightning"}, {"text": "a symphony for strings"}]}
    body = dense.api.post(f"{dense.path}/predict", asked, 200)
    thread.join()
    assert [each["label"] for each in body["predictions"]] == ["weather", "music"]
