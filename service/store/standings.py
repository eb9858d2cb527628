"""How items stand with their answers: read under a lock, and written when answers change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, Text, bindparam, literal_column, select, update
from sqlalchemy.orm import Session

from service.domain.items import ItemState
from service.store.lists import IsAmong, Listed
from service.store.tables.base import Base
from service.store.tables.pool import Item
from service.store.writes import Writes

_PROJECT = bindparam("of_project", type_=BigInteger)
_LOCK = (
    select(Item.key, Item.position, Item.state, Item.labels, Item.skips, Item.audit_draw)
    .where(
        Item.project_id == _PROJECT,
        IsAmong(Item.key, bindparam("keys", type_=Listed(Text))),
        Item.state != literal_column("'deleted'"),
    )
    # As it stands, the order would have SQLite walk through all items by their primary key.
    .order_by(Item.position + literal_column("0"))
    .with_for_update(key_share=True)
)
_ITEMS = Base.metadata.tables[Item.__tablename__]
_SET = (
    update(_ITEMS)
    .where(
        _ITEMS.c.project_id == _PROJECT,
        IsAmong(_ITEMS.c.position, bindparam("among", type_=Listed(BigInteger))),
    )
    .values({name: bindparam(f"now_{name}") for name in ("labels", "skips", "state")})
)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """As much of an item as answers change."""

    key: str
    position: int
    state: ItemState
    labels: int
    skips: int
    audit_draw: float


def lock_many(session: Session, project_id: int, keys: Iterable[str]) -> dict[str, Standing]:
    """Lock items of a project that are there, by key, in the order of positions."""
    rows = session.connection().execute(_LOCK, {"of_project": project_id, "keys": list(keys)})
    return {
        key: Standing(
            key=key,
            position=position,
            state=ItemState(state),
            labels=labels,
            skips=skips,
            audit_draw=draw,
        )
        for key, position, state, labels, skips, draw in rows.all()
    }


def set_answers(
    writes: Writes,
    project_id: int,
    positions: Sequence[int],
    *,
    labels: int,
    skips: int,
    state: ItemState,
) -> None:
    """Write counts of answers, and the state that follows from them, of items that share them."""
    given = {"of_project": project_id, "among": list(positions)}
    given |= {"now_labels": labels, "now_skips": skips, "now_state": state}
    writes.add(_SET, given)
