"""What held-out versions say: kept as it was, put beside the labels of the same items."""

from pathlib import Path

import numpy as np

from service.store.blobs import LocalBlobs
from workers.pool import heldout
from workers.pool.heldout import HeldOut

HELD = HeldOut(positions=np.array([2, 5, 9]), proba=np.array([[0.75, 0.25], [0.5, 0.5], [0, 1]]))


def test_what_is_packed_is_read_back(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)

    found = heldout.read(blobs, blobs.put(heldout.pack(HELD)))

    assert found.positions.tolist() == [2, 5, 9]
    assert found.proba.tolist() == HELD.proba.tolist()


def test_only_items_that_have_both_are_put_beside_each_other() -> None:
    rows = [(3, 0, 1, "ana"), (9, 1, 2, "ana"), (2, 0, 3, "ben"), (9, 0, 4, "ben")]

    found = heldout.beside(HELD, rows, classes=2)

    assert found is not None
    assert found.named.positions.tolist() == [2, 9]
    assert found.named.votes.counts.tolist() == [[1, 0], [1, 1]]
    assert found.proba.tolist() == [[0.75, 0.25], [0, 1]]


def test_classes_that_came_later_have_no_probability() -> None:
    found = heldout.beside(HELD, [(5, 2, 1, "ana")], classes=3)

    assert found is not None
    assert found.proba.tolist() == [[0.5, 0.5, 0]]


def test_without_a_label_there_is_nothing_to_put_beside() -> None:
    assert heldout.beside(HELD, [(3, 0, 1, "ana")], classes=2) is None
    assert heldout.beside(HELD, [], classes=2) is None
