"""What was not read of a row is not taken for empty."""

import pytest
from sqlalchemy.orm.exc import DetachedInstanceError

from service.store.glimpses import detached
from service.store.tables.pool import Project


def test_columns_that_were_read_are_there_and_others_are_asked_for_in_vain() -> None:
    project = detached(Project, (Project.id, Project.name), (7, "casting"))

    project.name += "s"

    assert (project.id, project.name) == (7, "castings")
    with pytest.raises(DetachedInstanceError):
        _ = project.audit_share
