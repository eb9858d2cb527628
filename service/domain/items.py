"""The life of an item, as it is stored; that it is leased is judged at reading."""

from enum import StrEnum


class ItemState(StrEnum):
    """Where an item stands."""

    OPEN = "open"
    LABELLED = "labelled"
    PARKED = "parked"
    DELETED = "deleted"


class LeaseState(StrEnum):
    """What became of a promise to label an item."""

    OPEN = "open"
    LABELLED = "labelled"
    RELEASED = "released"
    EXPIRED = "expired"


STATES = ("unlabelled", "leased", "labelled", "parked")
"""As clients see them: whether an open item is leased is judged at reading."""

HOLDING = (LeaseState.OPEN, LeaseState.LABELLED)
SKIPS_TO_PARK = 2


def state_after(*, labels: int, skips: int, labels_per_item: int) -> ItemState:
    """State of an item with so many answers; two people who skip it park it.

    >>> state_after(labels=0, skips=2, labels_per_item=1)
    <ItemState.PARKED: 'parked'>
    """
    if labels >= labels_per_item:
        return ItemState.LABELLED
    return ItemState.PARKED if skips >= SKIPS_TO_PARK else ItemState.OPEN
