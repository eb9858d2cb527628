"""A seeded hash of items that breaks ties between scores, the same in any process."""

LOW_64_BITS = 2**64 - 1
_GOLDEN = 0x9E3779B97F4A7C15


def tie(seed: int, position: int) -> int:
    """Hash a position with a seed of any size: 64 bits, distinct for distinct positions.

    SplitMix64 (Steele, Lea & Flood 2014), whose n-th output this is for a mixed seed.
    `workers.learning.selection.hashes` gives the same for arrays.

    >>> tie(0, 0) != tie(0, 1) != tie(1, 1)
    True
    """
    start = _mixed((seed + _GOLDEN) & LOW_64_BITS)
    return _mixed((start + (position + 1) * _GOLDEN) & LOW_64_BITS)


def _mixed(state: int) -> int:
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & LOW_64_BITS
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & LOW_64_BITS
    return state ^ (state >> 31)
