"""Columns of a query as lists: the same values as by rows, with what stands together."""

from sqlalchemy import Select, select

from service.runtime import Runtime
from service.store import columns
from service.store.tables.labelling import Label
from tests.api import Api

NAMES = ('"quoted", \\ and {braced}', "NULL", "zoë 🙂")


def labels(of: str | None = None) -> Select[int, str]:
    query = select(Label.position, Label.annotator)
    return query if of is None else query.where(Label.annotator == of)


def test_columns_are_what_rows_would_be(api: Api, runtime: Runtime) -> None:
    project = api.make_project(labels_per_item=3)
    api.add_vectors(project, {f"i{n}": [n, 1] for n in range(20)})
    for first, name in enumerate(NAMES):
        api.label(project, {f"i{n}": "fine" for n in range(first, 20, 2)}, name)

    with runtime.readers() as session:
        at, who = columns.read(session, labels())
        rows = [tuple(row) for row in session.execute(labels())]

    assert sorted(zip(at, who, strict=True)) == sorted(rows)
    assert set(who) == set(NAMES)


def test_without_rows_columns_are_empty(runtime: Runtime, api: Api) -> None:
    with runtime.readers() as session:
        assert columns.read(session, labels("nobody")) == [[], []]
