"""Predictions as `score` leaves them, read without numpy."""

import struct
from uuid import UUID

from service.domain.runs import Stage
from service.runtime import Runtime
from service.store import predictions, run_shards, runs, shards
from service.store.pieces import SCORED
from service.store.predictions import UNSAID
from service.store.tables.learning import Ranking
from tests.api import Api
from tests.service.rows import project_of, write_ranking, write_version


def test_any_row_of_a_shard_can_be_read(runtime: Runtime) -> None:
    blob = struct.pack("<3H", 1, 0, 2) + struct.pack("<9e", *(n / 16 for n in range(9)))
    digest = runtime.blobs.put(blob)

    rows = [predictions.read(runtime.blobs, digest, rows=3, row=n, classes=3) for n in range(3)]

    assert [row.label for row in rows if row] == [1, 0, 2]
    assert rows[2]
    assert rows[2].probabilities == (6 / 16, 7 / 16, 8 / 16)


def test_a_shard_is_walked_through_by_column_and_silence_is_known(runtime: Runtime) -> None:
    blob = struct.pack("<3H", 1, UNSAID, 0) + struct.pack("<6e", 0.25, 0.75, 0, 0, 1, 0)
    digest = runtime.blobs.put(blob)

    first, second = predictions.walk(runtime.blobs, digest, rows=3, classes=2, at_once=2)

    assert (first.first, first.labels, first.columns) == (0, (1, UNSAID), [(0.25, 0), (0.75, 0)])
    assert (second.first, second.labels, second.columns) == (2, (0,), [(1,), (0,)])
    assert predictions.read(runtime.blobs, digest, rows=3, row=1, classes=2) is None


def test_an_item_shows_what_the_ranking_in_use_was_made_from(api: Api, runtime: Runtime) -> None:
    project = api.make_project(batch={"audit_share": 0, "coverage_share": 0})
    api.add_vectors(project, {"a": [0, 1], "b": [1, 0]})
    assert api.get(f"{project}/items/a")["prediction"] is None
    ranking = write_ranking(runtime, project, [0, 1], version=write_version(runtime, project))
    run_id = UUID(api.post(f"{project}/runs", {}, 202)["id"])
    blob = struct.pack("<2H4e", 1, 0, 0.25, 0.75, 0.5, 0.5)
    with runtime.sessions.begin() as session:
        row = project_of(session, project)
        shard = {"project_id": row.id, "number": 0, "first_position": 0, "rows": 2}
        shards.put(session, [shard | {"features": "f", "moments": "m"}])
        assert shards.find_last(session, row.id) == shards.list_for(session, row.id)[0]
        run_shards.freeze(session, run_id, shards.list_for(session, row.id), at=runtime.now())
        run = runs.enter(session, run_id, Stage.RETRAIN, now=runtime.now(), lease=runs.RESEND)
        assert run is not None
        run.version_id = ranking.version_id
        runs.move(session, run, now=runtime.now(), stage=Stage.SCORE, shards_left=1)
        digest = runtime.blobs.put(blob)
        assert SCORED.finish(session, run_id, 0, scores="s", predictions=digest) == 0
        session.get_one(Ranking, ranking.id).run_id = run_id

    shown = api.get(f"{project}/items/a")["prediction"]
    batch = api.batch(project, 2)["items"]

    assert shown == {
        "label": "defect",
        "confidence": 0.75,
        "probabilities": {"fine": 0.25, "defect": 0.75},
    }
    assert batch[0]["prediction"] == shown
    assert batch[1]["prediction"]["label"] == "fine"
    assert api.make_key("annotator").get(f"{project}/items/a")["prediction"] is None
