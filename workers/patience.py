"""How long a stage that failed waits before it is tried again."""

import random
from datetime import timedelta

from service.domain.runs import pause_before_retry
from service.store.blobs import BlobStoreAway

_AWAY = (OSError, BlobStoreAway)
_TIMES_LONGER = 8
"""A disk or a store that is away takes longer to come back than a mishap to pass: about a minute
for all attempts."""


def pause(chance: random.Random, attempts: int, error: Exception) -> timedelta:
    """How long to wait after so many attempts, of which the last failed so."""
    seconds = pause_before_retry(attempts, chance)
    return timedelta(seconds=seconds * (_TIMES_LONGER if isinstance(error, _AWAY) else 1))
