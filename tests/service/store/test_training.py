"""Learning reads of labels alone what a look at their items would say."""

from sqlalchemy import select

from service.runtime import Runtime
from service.store import migrate, training
from service.store.tables.labelling import Label
from service.store.tables.pool import Item
from tests.api import Api
from tests.migrations import back_to
from tests.service.rows import project_of, ranked

ITEMS = 60


def worked_on(api: Api, runtime: Runtime) -> str:
    """A project of which items were labelled before its audit began and after, and deleted."""
    project = ranked(api, runtime, ITEMS)
    api.label(project, {f"i{n}": "fine" for n in range(20)})
    api.label(project, {"i3": "defect"}, "ben")
    begun = {"batch": {"audit_share": 0.2}}
    api.call("PATCH", project, json=begun, headers={"If-Match": "*"})
    api.label(project, {f"i{n}": "defect" for n in range(20, ITEMS - 5)})
    api.label(project, {"i4": "defect", "i5": None})
    for key in ("i3", "i30", "i31", "i32", "i33"):
        assert api.call("DELETE", f"{project}/items/{key}").status_code == 204
    return project


def by_their_items(runtime: Runtime, path: str) -> tuple[set[int], set[int]]:
    """Numbers of labels to train on, and of labels of the reserve, as their items have it."""
    with runtime.readers() as session:
        project = project_of(session, path)
        query = (
            select(Label.number, Item.audit_draw < project.audit_threshold)
            .join(Item, (Item.project_id == Label.project_id) & (Item.position == Label.position))
            .where(Label.is_current, Label.value.is_not(None), Item.state != "deleted")
        )
        found = session.execute(query).all()
    return {n for n, is_aside in found if not is_aside}, {n for n, is_aside in found if is_aside}


def by_themselves(runtime: Runtime, path: str) -> tuple[set[int], set[int]]:
    with runtime.readers() as session:
        project = project_of(session, path)
        known = {number for _, _, number, _ in training.known_rows(session, project)}
        trained = {number for _, _, number, _ in training.rows(session, project)}
        audit = {number for _, _, number, _ in training.audit_rows(session, project)}
    assert known == trained | audit
    return trained, audit


def test_learning_reads_what_a_look_at_the_items_would_say(api: Api, runtime: Runtime) -> None:
    project = worked_on(api, runtime)

    found = by_themselves(runtime, project)

    assert found == by_their_items(runtime, project)
    assert all(found)


def test_labels_that_were_there_are_given_what_their_items_have(
    api: Api, runtime: Runtime, database_url: str
) -> None:
    project = worked_on(api, runtime)
    engine = runtime.sessions.kw["bind"]
    engine.dispose()
    with engine.connect() as connection:
        back_to(connection, "0013")

    migrate.upgrade(database_url)

    found = by_themselves(runtime, project)
    assert found == by_their_items(runtime, project)
    assert all(found)
