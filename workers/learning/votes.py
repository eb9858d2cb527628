"""Labels of several annotators, as arrays that the mathematics of consensus works on."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workers.learning.arrays import Floats, Ints


@dataclass(frozen=True, kw_only=True, eq=False)
class Votes:
    """One row a label: `item`, `annotator` and `label` are int64[m], counted from 0."""

    item: Ints
    annotator: Ints
    label: Ints
    items: int
    annotators: int
    classes: int

    @cached_property
    def counts(self) -> Ints:
        """How many labels of each class an item has, int64[items, classes]."""
        counts = np.zeros((self.items, self.classes), dtype=np.int64)
        np.add.at(counts, (self.item, self.label), 1)
        return counts

    @cached_property
    def of_item(self) -> Ints:
        """How many labels an item has, int64[items]."""
        return np.asarray(np.bincount(self.item, minlength=self.items), dtype=np.int64)

    @cached_property
    def of_annotator(self) -> Ints:
        """How many labels an annotator gave, int64[annotators]."""
        return np.asarray(np.bincount(self.annotator, minlength=self.annotators), dtype=np.int64)

    @cached_property
    def others(self) -> Ints:
        """How many more labels the item of each label has, int64[m]."""
        return np.asarray(self.of_item[self.item] - 1, dtype=np.int64)

    @cached_property
    def alike(self) -> Ints:
        """How many of those say the same, int64[m]."""
        return np.asarray(self.counts[self.item, self.label] - 1, dtype=np.int64)

    def per_annotator(self, values: Ints | Floats) -> Floats:
        """Sum a value of each label over the labels of an annotator, float64[annotators]."""
        summed = np.bincount(self.annotator, weights=values, minlength=self.annotators)
        return np.asarray(summed, dtype=np.float64)

    def among(self, items: Ints) -> "Votes":
        """The labels of some items (ascending), which are counted anew; annotators are not."""
        kept = np.isin(self.item, items)
        return Votes(
            item=np.searchsorted(items, self.item[kept]).astype(np.int64),
            annotator=self.annotator[kept],
            label=self.label[kept],
            items=len(items),
            annotators=self.annotators,
            classes=self.classes,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Named:
    """Votes with what their numbers stand for."""

    votes: Votes
    positions: Ints
    """Of the items, ascending, int64[items]."""
    annotators: Sequence[str]
    numbers: Ints
    """Grows with the time of each label, int64[m]."""


def of_rows(rows: Sequence[tuple[int, int, int, str]], *, classes: int) -> Named:
    """Read labels that are given as position, class, number and annotator, in any order.

    Those of an item stand together, in the order that they came.
    """
    at, label, number = (
        np.array([row[column] for row in rows], dtype=np.int64) for column in range(3)
    )
    names = sorted({row[3] for row in rows})
    index = {name: place for place, name in enumerate(names)}
    annotator = np.array([index[row[3]] for row in rows], dtype=np.int64)
    order = np.lexsort((number, at))
    positions, item = np.unique(at[order], return_inverse=True)
    return Named(
        votes=Votes(
            item=item.astype(np.int64),
            annotator=annotator[order],
            label=label[order],
            items=len(positions),
            annotators=len(names),
            classes=classes,
        ),
        positions=positions,
        annotators=names,
        numbers=number[order],
    )
