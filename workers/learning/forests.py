"""Forests as arrays: the nodes of all trees in a row, without what only a fit needs."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.tree._tree import NODE_DTYPE, Tree

from workers.learning.arrays import Floats, Matrix
from workers.learning.versions import Forest


def arrays_of(machine: ExtraTreesClassifier) -> dict[str, Any]:
    """Give the arrays of a fitted forest, by the names that they have in `Forest`.

    scikit-learn takes a tree apart in this way, too, where it is pickled or copied.
    """
    states = [each.tree_.__getstate__() for each in machine.estimators_]
    return {
        "nodes": np.concatenate([state["nodes"] for state in states]),
        "shares": np.concatenate([state["values"][:, 0] for state in states]),
        "sizes": np.array([state["node_count"] for state in states], dtype=np.int64),
        "depths": np.array([state["max_depth"] for state in states], dtype=np.int64),
    }


def check(forest: Forest) -> None:
    """See that arrays from a file are those of trees: scikit-learn walks them without looking.

    Raises:
        ValueError: they are not.
    """
    nodes, count = forest.nodes, len(forest.nodes)
    if dict(nodes.dtype.fields or {}) != dict(NODE_DTYPE.fields):
        raise ValueError("its nodes are not those of this release of scikit-learn")
    if not count == len(forest.shares) == forest.sizes.sum() or forest.sizes.min() < 1:
        raise ValueError("its trees have more or fewer nodes than there are")
    ends, sizes = (np.repeat(each, forest.sizes) for each in (forest.sizes.cumsum(), forest.sizes))
    places = np.arange(count) - (ends - sizes)
    is_split = nodes["left_child"] != -1
    if np.any(nodes["feature"][is_split] < 0):
        raise ValueError("its trees ask for columns that there are not")
    for child in (nodes["left_child"], nodes["right_child"]):
        # Children stand behind their parent, so a walk ends.
        if not np.all((child > places) & (child < sizes) | ~is_split):
            raise ValueError("its trees lead out of themselves")


def probabilities(fitted: Forest, matrix: Matrix) -> Floats:
    """Mean over the trees of the shares of the classes in the leaf of each row, float64[n, k].

    Those of `ExtraTreesClassifier.predict_proba`, to the last bit.

    Raises:
        ValueError: the rows are narrower than those that taught it.
    """
    rows = np.ascontiguousarray(matrix, dtype=np.float32)
    total = np.zeros((len(rows), fitted.shares.shape[1]))
    trees = _trees(fitted, rows.shape[1])
    for tree in trees:
        total += tree.predict(rows)
    return total / len(trees)


@lru_cache(maxsize=2)
def _trees(fitted: Forest, width: int) -> Sequence[Tree]:
    """Trees that can judge rows of a width."""
    if fitted.nodes["feature"].max() >= width:
        raise ValueError(f"the forest was taught by wider rows than {width}")
    outcomes = fitted.shares.shape[1]
    ends = np.cumsum(fitted.sizes)
    found = []
    for size, end, depth in zip(fitted.sizes, ends, fitted.depths, strict=True):
        tree = Tree(width, np.array([outcomes], dtype=np.intp), 1)
        state = {
            "max_depth": int(depth),
            "node_count": int(size),
            "nodes": np.ascontiguousarray(fitted.nodes[end - size : end]),
            "values": np.ascontiguousarray(fitted.shares[end - size : end, None]),
        }
        tree.__setstate__(state)
        found.append(tree)
    return found
