"""Items that were held, when somebody asks whether they may be served again."""

from sqlalchemy import select

from service.runtime import Runtime
from service.store import candidates
from service.store.candidates import Asking
from service.store.tables.pool import Project
from tests.api import Api
from tests.service.statements import statements


def test_thousands_of_held_items_are_looked_at_a_stretch_at_a_time(
    api: Api, runtime: Runtime
) -> None:
    project = api.make_project(batch={"audit_share": 0})
    for first in range(0, 2_000, 1_000):
        api.add_vectors(project, {f"key-{first + number}": [0, 1] for number in range(1_000)})
    api.label(project, {"key-3": "fine", "key-1700": "defect"})

    with statements(runtime) as seen, runtime.sessions.begin() as session:
        asking = Asking(
            project=session.scalars(select(Project)).one(), annotators=("bob",), now=runtime.now()
        )
        found = candidates.standing(session, asking, range(1_990))

    assert found == {at: True for at in range(1_990) if at not in {3, 1_700}}
    assert len([each for each in seen if "EXISTS" in each]) == 4
