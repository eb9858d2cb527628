"""A search among texts takes unseen items for unsought, but for those of the reserve."""

import pytest
from sqlalchemy import select

from service.runtime import Runtime
from service.store.tables.learning import Version
from service.store.tables.pool import Item, Project
from tests.api import Api
from tests.fakes import RecordingQueue
from tests.workers.loop import work_off

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize("audit_share", [0.0, 0.1])
def test_unseen_texts_outside_the_reserve_are_presumed(
    api: Api, runtime: Runtime, queue: RecordingQueue, audit_share: float
) -> None:
    project = api.make_project(
        input={"type": "text"},
        task={"classes": ["rest", "relevant"]},
        goal={"type": "recall", "positive": "relevant", "target": 0.95},
        batch={"audit_share": audit_share, "coverage_share": 0.0},
        retrain={"min_labels": 4},
    )
    # A fifth is reserved, by the project's secret: of so many it is some of them.
    texts = [f"the report of the year {n}" for n in range(230)]
    texts += [f"nudge number {n}" for n in range(10)]
    items = [{"key": f"{n}", "text": text} for n, text in enumerate(texts)]
    api.post(f"{project}/items", {"items": items}, 201)
    work_off(runtime, queue)
    labels = [
        {"key": f"{n}", "value": "rest" if n < 230 else "relevant", "annotator": "a"}
        for n in range(220, 240)
    ]
    api.post(f"{project}/labels", {"labels": labels}, 202)

    work_off(runtime, queue)

    with runtime.readers() as session:
        report = session.scalars(select(Version.report)).one()
        threshold = session.scalars(select(Project.audit_threshold)).one()
        draws = session.scalars(select(Item.audit_draw).where(Item.state == "open")).all()
    assert (threshold > 0) == (audit_share > 0)
    assert report["presumed"] == sum(draw >= threshold for draw in draws)
    assert (report["presumed"] < len(draws)) == (audit_share > 0)
    batch = api.batch(project, 1)
    assert batch["ranking"]["rule"]["name"] == "find_all"
