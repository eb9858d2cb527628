"""Stretches of brought probabilities: merged, and taken at any positions."""

from pathlib import Path

import numpy as np

from service.store.blobs import LocalBlobs
from service.store.brought import ROWS
from workers import brought


def rows(*fine: float) -> brought.Rows:
    """Rows of two classes."""
    return np.array([[each, 1 - each] for each in fine], dtype="<f4")


def test_rows_are_found_where_they_were_put_whatever_the_stretch(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    positions = np.array([1, ROWS - 1, ROWS, 3 * ROWS + 2])

    digests, unchanged = brought.merged(blobs, {}, positions, rows(0.25, 0.5, 0.75, 1.0))
    asked = np.array([0, 1, ROWS - 1, ROWS, ROWS + 1, 2 * ROWS, 3 * ROWS + 2, 9 * ROWS])
    said, known = brought.outputs(blobs, digests, asked, classes=2)

    assert (sorted(digests), unchanged) == ([0, 1, 3], 0)
    assert known.tolist() == [False, True, True, True, False, False, True, False]
    assert said.proba[known][:, 0].tolist() == [0.25, 0.5, 0.75, 1.0]
    assert said.label[known].tolist() == [1, 0, 0, 0]


def test_only_stretches_that_change_are_written_and_the_rest_stays(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    before, _ = brought.merged(blobs, {}, np.array([0, 2, ROWS]), rows(0.25, 0.5, 0.75))

    after, unchanged = brought.merged(blobs, before, np.array([0, 3]), rows(0.25, 1.0))
    said, known = brought.outputs(blobs, after, np.arange(5), classes=2)

    assert unchanged == 1
    assert after[1] == before[1]
    assert after[0] != before[0]
    assert known.tolist() == [True, False, True, True, False]
    assert said.proba[known][:, 0].tolist() == [0.25, 0.5, 1.0]


def test_what_is_not_known_comes_last_in_any_order(tmp_path: Path) -> None:
    scores, draws = np.array([-4.0, 0.5, 0.9]), np.array([0.1, 0.2, 0.3])

    behind = brought.behind(scores, np.array([True, False, True]), draws)

    assert behind.tolist() == [-4.0, -5.2, 0.9]
