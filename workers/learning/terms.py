"""How much words, marks and pairs of words count, each hashed to columns of its own.

A version can so weigh them by what it is for, without a text being read again.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workers.learning.arrays import Floats

WIDTH = 2**18
_OF_MARKS = 1024
PAIRS = slice(WIDTH // 2, WIDTH)
MARKS = slice(PAIRS.start - _OF_MARKS, PAIRS.start)
"""Punctuation, signs and single characters."""
WORDS = slice(0, MARKS.start)


@dataclass(frozen=True, kw_only=True)
class Emphasis:
    """What each kind of term counts for, beside its rarity."""

    marks: float
    pairs: float


# Of few short texts pairs are noise: as loud as words, they are most of a row's length, and all but
# a few are met once. Marks tell headlines and messages apart. Mean macro F1 of `auto` from 20 to
# 400 labels, by words and pairs alike without marks / words alone (4 seeds each) / words and marks
# with pairs at 0 / 0.2 / 0.4 (6 seeds): sms_spam .893 / .900 / .931 / .908 / .908,
# clickbait_headlines .869 / .867 / .892 / .892 / .895, snips_intents .935 / .938 / .935 / .938 /
# .935, meetings_cost_talk .592 / .608 / .587 / .617 / .601 (standard errors .002 to .012).
CLASSES = Emphasis(marks=1.0, pairs=0.3)
# Documents that are sought are long, their punctuation says nothing, and pairs say what they are
# about. Work saved on docs_nudging, docs_kitchenham and docs_wilson, 5 seeds, by how much pairs
# count: 0.7 .746, .686, .827; 1 .748, .706, .823; 1.2 .744, .736, .827; 1.5 .728, .740, .828; with
# marks, pairs at 0.5 .752, .606, .845.
SEARCH = Emphasis(marks=0.0, pairs=1.2)


def of_counts(counts: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """What a term weighs that a text has so often, beside its rarity: 1 + log(count)."""
    return 1 + np.log(counts)


def weights(width: int, emphasis: Emphasis) -> Floats:
    """Weigh the columns of texts, float64[width]; those of other rows are alike."""
    found = np.ones(width)
    if width == WIDTH:
        found[MARKS], found[PAIRS] = emphasis.marks, emphasis.pairs
    return found
