"""How items stand with their answers: read under a lock, and written when answers change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import literal_column, select, update
from sqlalchemy.orm import Session

from service.domain.items import ItemState
from service.store.tables.pool import Item


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
    query = select(
        Item.key, Item.position, Item.state, Item.labels, Item.skips, Item.audit_draw
    ).where(
        Item.project_id == project_id,
        Item.key.in_(list(keys)),
        Item.state != literal_column("'deleted'"),
    )
    rows = session.execute(query.order_by(Item.position).with_for_update(key_share=True))
    return {
        key: Standing(
            key=key,
            position=position,
            state=ItemState(state),
            labels=labels,
            skips=skips,
            audit_draw=draw,
        )
        for key, position, state, labels, skips, draw in rows
    }


def set_answers(
    session: Session,
    project_id: int,
    positions: Sequence[int],
    *,
    labels: int,
    skips: int,
    state: ItemState,
) -> None:
    """Write counts of answers, and the state that follows from them, of items that share them."""
    session.execute(
        update(Item)
        .where(Item.project_id == project_id, Item.position.in_(positions))
        .values(labels=labels, skips=skips, state=state)
        .execution_options(synchronize_session=False)
    )
