"""The orders that items are handed out in."""

from enum import StrEnum


class Order(StrEnum):
    """The orders that are handed out from their beginning, as far as they are used up."""

    RANKING = "ranking"
    COVERAGE = "coverage"
    RESERVE = "reserve"
    DOUBT = "doubt"
    BLIND_REPEAT = "blind_repeat"
