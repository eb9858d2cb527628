"""The advice of batches: given while a class has no label, in step with what becomes of labels."""

from typing import Any

from sqlalchemy import func, select

from service.runtime import Runtime
from service.store import migrate
from service.store.tables.labelling import Label
from service.store.tables.pool import Item
from tests.api import Api
from tests.migrations import back_to
from tests.service.rows import project_of, ranked


def advice(api: Api, project: str, **wish: Any) -> str | None:
    asked = {"size": 1, "annotator": "zoe"} | wish
    said: str | None = api.post(f"{project}/batches", asked, 201)["advice"]
    return said


def counts(runtime: Runtime, project: str) -> tuple[list[int], list[int]]:
    """Labels by class as they are counted, and as they are."""
    with runtime.readers() as session:
        row = project_of(session, project)
        same = (Item.project_id == Label.project_id) & (Item.position == Label.position)
        found = session.execute(
            select(Label.value, func.count())
            .join(Item, same)
            .where(
                Label.project_id == row.id,
                Label.is_current,
                Label.value.is_not(None),
                Item.state != "deleted",
            )
            .group_by(Label.value)
        )
        there = dict(found.all())
        return row.class_labels, [there.get(at, 0) for at in range(len(row.class_labels))]


def test_a_batch_says_how_to_find_examples_of_a_class_without_any(
    api: Api, runtime: Runtime
) -> None:
    project = ranked(api, runtime, 20)

    before = advice(api, project)
    api.label(project, {"i0": "fine"})
    one = advice(api, project)
    again = advice(api, project, resume=True)
    api.label(project, {"i1": "defect"})

    assert before is not None
    assert "'fine', 'defect'" in before
    assert one is not None
    assert "class 'defect' is labelled" in one
    assert f"GET /v1{project}/items?query=" in one
    assert again == one
    assert advice(api, project) is None


def test_labels_by_class_are_counted_whatever_becomes_of_them(api: Api, runtime: Runtime) -> None:
    project = ranked(api, runtime, 20, labels_per_item=2)
    answers: list[dict[str, str | None]] = [
        {"i0": "fine", "i1": "fine", "i2": "defect", "i3": None},
        {"i0": "defect", "i1": None, "i3": "defect"},
        {"i2": "defect", "i0": "fine"},
    ]

    for answer in answers:
        api.label(project, answer)
        held, there = counts(runtime, project)
        assert held == there
    api.label(project, {"i0": "defect", "i2": "fine"}, "ben")
    label = api.get(f"{project}/labels")["data"][0]
    assert api.call("DELETE", f"{project}/labels/{label['id']}").status_code == 204
    assert api.call("DELETE", f"{project}/items/i2").status_code == 204

    held, there = counts(runtime, project)
    assert held == there
    assert sum(held) > 0


def test_labels_from_before_the_migration_are_counted_by_it(
    api: Api, runtime: Runtime, database_url: str
) -> None:
    project = ranked(api, runtime, 20)
    api.label(project, {"i0": "defect", "i1": "defect", "i2": None, "i3": "defect"})
    assert api.call("DELETE", f"{project}/items/i3").status_code == 204
    engine = runtime.sessions.kw["bind"]
    engine.dispose()
    with engine.connect() as connection:
        back_to(connection, "0005")

    migrate.upgrade(database_url)

    held, there = counts(runtime, project)
    assert held == there == [0, 2]


def test_the_last_label_of_a_class_taken_back_brings_the_advice_back(
    api: Api, runtime: Runtime
) -> None:
    project = ranked(api, runtime, 20)
    api.label(project, {"i0": "fine", "i1": "defect"})
    assert advice(api, project) is None
    defect = next(
        each for each in api.get(f"{project}/labels")["data"] if each["value"] == "defect"
    )

    assert api.call("DELETE", f"{project}/labels/{defect['id']}").status_code == 204

    assert "'defect'" in (advice(api, project) or "")


def test_a_class_that_is_added_has_no_label_yet(api: Api, runtime: Runtime) -> None:
    project = ranked(api, runtime, 20)
    api.label(project, {"i0": "fine", "i1": "defect"})
    etag = api.call("GET", project).headers["ETag"]
    change = {"task": {"type": "classification", "classes": ["fine", "defect", "scratch"]}}

    changed = api.call("PATCH", project, json=change, headers={"If-Match": etag})

    assert changed.status_code == 200
    assert "'scratch'" in (advice(api, project) or "")


def test_reserved_items_count_as_labelled_so_that_nobody_learns_which_they_are(
    api: Api, runtime: Runtime
) -> None:
    project = api.make_project(batch={"audit_share": 0.5})
    api.add_vectors(project, {f"i{n}": [n, 1] for n in range(60)})
    with runtime.readers() as session:
        threshold = project_of(session, project).audit_threshold
        reserved = session.scalars(select(Item.key).where(Item.audit_draw < threshold)).first()
        free = session.scalars(select(Item.key).where(Item.audit_draw >= threshold)).first()
    assert reserved is not None
    assert free is not None

    api.label(project, {free: "fine", reserved: "defect"})

    assert advice(api, project) is None
