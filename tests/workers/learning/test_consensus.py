"""Several labels of an item become one, as a person would count them."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.learning import consensus, votes


def resolve(votes: list[tuple[int, int]]) -> dict[int, int]:
    """Resolve (item, label) pairs that came in this order."""
    pairs = np.array(votes, dtype=np.int64).reshape(-1, 2)
    found = consensus.resolve(pairs[:, 0], pairs[:, 1], np.arange(len(votes)))
    return dict(zip(found.items.tolist(), found.labels.tolist(), strict=True))


@pytest.mark.parametrize(
    ("labels", "winner"),
    [
        ([3], 3),
        ([0, 1], 1),
        ([1, 0], 0),
        ([0, 0, 1], 0),
        ([1, 0, 0], 0),
        ([0, 1, 2], 2),
        ([2, 1, 0], 0),
        ([0, 0, 1, 1], 1),
        ([1, 0, 0, 1, 2], 1),
        ([0, 1, 1, 0, 2], 0),
    ],
)
def test_newest_below_three_then_majority_then_newest(labels: list[int], winner: int) -> None:
    assert resolve([(7, label) for label in labels]) == {7: winner}


def counted(labels: list[int]) -> int:
    """Decide the plain way."""
    if len(labels) < 3:
        return labels[-1]
    votes = Counter(labels)
    tied = [label for label in votes if votes[label] == max(votes.values())]
    return max(tied, key=lambda label: max(i for i, one in enumerate(labels) if one == label))


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3)), max_size=40), st.randoms())
def test_every_item_is_resolved_as_by_hand(votes: list, chance: object) -> None:
    assert resolve(votes) == {
        item: counted([label for other, label in votes if other == item])
        for item in {item for item, _ in votes}
    }


def test_the_order_is_that_of_time_and_not_of_rows() -> None:
    items, labels = np.array([5, 5]), np.array([0, 1])

    found = consensus.resolve(items, labels, np.array([20, 10]))

    assert found.labels.tolist() == [0]
    assert found.votes.tolist() == [2]


def test_items_come_ascending_with_their_votes() -> None:
    items = np.array([9, 2, 9, 9, 4])

    found = consensus.resolve(items, np.zeros(5, np.int64), np.arange(5))

    assert found.items.tolist() == [2, 4, 9]
    assert found.votes.tolist() == [1, 1, 3]


def test_no_labels_resolve_to_no_items() -> None:
    assert resolve([]) == {}


def said(labels: list[list[int]]) -> list[tuple[int, int, int, str]]:
    """Rows of items that people labelled in turn, each by another person."""
    return [
        (item, label, 10 * item + who, f"person-{who}")
        for item, given in enumerate(labels)
        for who, label in enumerate(given)
    ]


def test_a_version_has_a_say_from_three_labels_on_while_few_items_have_several() -> None:
    rows = said([[0, 1], [0, 1, 2], [0, 0, 0], [1, 1, 1]])
    proba = np.array([[0.9, 0.05, 0.05], [0.98, 0.01, 0.01], [0.1, 0.8, 0.1], [0.1, 0.8, 0.1]])

    alone = consensus.of_rows(rows)
    together = consensus.with_version(alone, votes.of_rows(rows, classes=3), proba)

    assert alone.labels.tolist() == [1, 2, 0, 1]
    assert together.labels.tolist() == [1, 0, 0, 1]


@pytest.mark.parametrize(("several", "label"), [(19, 0), (20, 1)])
def test_a_version_doubts_single_labels_of_people_who_are_known_to_err(
    several: int, label: int
) -> None:
    rows = said([[0, 1] if item % 2 else [1, 1] for item in range(several)] + [[0]])
    proba = np.tile([0.02, 0.98], (several + 1, 1))

    found = consensus.with_version(consensus.of_rows(rows), votes.of_rows(rows, classes=2), proba)

    assert found.labels[-1] == label


def test_a_version_does_not_doubt_people_who_agree() -> None:
    rows = said([[item % 2] * 2 for item in range(40)] + [[0]])
    proba = np.vstack([np.tile([[0.98, 0.02], [0.02, 0.98]], (20, 1)), [[0.3, 0.7]]])

    found = consensus.with_version(consensus.of_rows(rows), votes.of_rows(rows, classes=2), proba)

    assert found.labels[-1] == 0


def test_no_labels_are_no_rows() -> None:
    assert consensus.of_rows([]).items.tolist() == []
