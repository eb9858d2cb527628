"""What a strategy must not offer is told by labels as a look at every item would tell it."""

import pytest
from sqlalchemy import select

from service.runtime import Runtime
from service.store import masks
from service.store.tables.pool import Item
from tests.api import Api
from tests.service.rows import project_of

ITEMS = 80


def worked_on(api: Api, labels_per_item: int) -> str:
    """A project with items labelled once and twice, retracted, skipped, parked and deleted."""
    shares = {"audit_share": 0.2, "coverage_share": 0}
    project = api.make_project(batch=shares, labels_per_item=labels_per_item)
    api.add_vectors(project, {f"i{n}": [n, 1] for n in range(ITEMS)})
    api.label(project, {f"i{n}": "fine" for n in range(40)}, "ana")
    api.label(project, {f"i{n}": "defect" for n in range(20)}, "ben")
    for who in ("ana", "ben"):
        api.label(project, {f"i{n}": None for n in range(35, 45)}, who)
    api.label(project, {"i50": None}, "ana")
    for key in ("i3", "i30", "i41", "i60"):
        assert api.call("DELETE", f"{project}/items/{key}").status_code == 204
    labels = api.get(f"{project}/labels?limit=200")["data"]
    (withdrawn,) = [each["id"] for each in labels if each["key"] == "i31"]
    assert api.call("DELETE", f"{project}/labels/{withdrawn}").status_code == 204
    return project


@pytest.mark.parametrize("labels_per_item", [1, 2])
def test_closed_is_what_a_look_at_all_items_says(
    api: Api, runtime: Runtime, labels_per_item: int
) -> None:
    path = worked_on(api, labels_per_item)

    with runtime.readers() as session:
        project = project_of(session, path)
        items = session.scalars(select(Item).where(Item.project_id == project.id)).all()
        found = masks.closed_positions(session, project)

    assert set(found) == {
        each.position
        for each in items
        if each.state != "open" or each.labels or each.audit_draw < project.audit_threshold
    }
    states = {str(each.state) for each in items}
    assert states == {"open", "labelled", "parked", "deleted"}
    assert 0 < len(set(found)) < ITEMS
