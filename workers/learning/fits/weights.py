"""How much each label counts in a fit."""

import numpy as np

from workers.learning.arrays import Floats, Ints

# Classes are weighted equally when the rarest has a smaller share of the labels (SCIENCE 7).
# With many classes that is nearly always, and better so: with ten (digits, 400 labels, 10 seeds)
# the area under the curve of margin is .928 with weights and .918 without.
RARE_SHARE = 0.15
# No label counts more than so many times the average one: else the first one or two of a class
# outweigh all others, and the next version takes it back. Area under the curve of macro F1 by
# margin, 20 to 400 labels, without weights / balanced / with this bound: tab_page_blocks .788 /
# .796 / .806, tab_churn .608 / .617 / .622 (12 seeds, standard error .015), digits to 300 .912 /
# .915 / .917, banking77 to 1,500 .599 / .606 / .609 (4 seeds, .004). sms_spam,
# where margin finds the rare class, has no use for any.
MOST_TIMES = 3.0

BALANCED = "balanced"


def kind_of(labels: Ints) -> str | None:
    """Say whether classes are weighted, as one of them is rare."""
    _, counts = np.unique(labels, return_counts=True)
    return BALANCED if counts.min() < RARE_SHARE * len(labels) else None


def of(labels: Ints) -> Floats | None:
    """Give each label its weight, float64[n] with a mean of 1; None where all are alike.

    >>> of(np.repeat([0, 1], [19, 1])).round(2)[[0, -1]]
    array([0.81, 4.62])
    """
    if kind_of(labels) is None:
        return None
    _, places, counts = np.unique(labels, return_inverse=True, return_counts=True)
    weights = np.minimum(len(labels) / (len(counts) * counts), MOST_TIMES)[places]
    return np.asarray(weights / weights.mean(), dtype=np.float64)
