"""Many values as one parameter, which the two databases spell differently."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from service.store.database import is_sqlite


def among(session: Session, column: Any, values: Sequence[int]) -> ColumnElement[bool]:
    """Condition that a column has one of many values, of any number."""
    if is_sqlite(session):
        listed = func.json_each(literal(json.dumps(list(values)), Text)).table_valued("value")
        in_list: ColumnElement[bool] = column.in_(select(listed.c.value))
        return in_list
    is_any: ColumnElement[bool] = column == any_(literal(list(values), ARRAY(BigInteger)))
    return is_any
