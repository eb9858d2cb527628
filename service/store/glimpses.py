"""Rows of which a few columns are read, as objects that no session looks after.

A mapper prepares itself anew for each query, for each column that it may have: of a query for one
row that takes longer than all the rest.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy.orm import InstrumentedAttribute, make_transient_to_detached

from service.store.tables.base import Base

T = TypeVar("T", bound=Base)


def detached(kind: type[T], columns: Sequence[InstrumentedAttribute[Any]], row: Sequence[Any]) -> T:
    """An object of a kind with these columns, its primary key among them.

    What is changed of it is written by whoever changes it; other columns than these raise
    `DetachedInstanceError`.
    """
    found = kind()
    vars(found).update(zip((column.key for column in columns), row, strict=True))
    make_transient_to_detached(found)
    return found
