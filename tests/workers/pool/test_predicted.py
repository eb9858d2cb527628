"""Predicted classes are read from where scoring left them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from service.store.blobs import LocalBlobs
from service.store.predictions import UNSAID
from workers.pool import predicted


@dataclass
class Shard:
    first_position: int
    rows: int
    predictions: str | None


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path)


def scored(blobs: LocalBlobs, first: int, labels: list[int]) -> Shard:
    data = np.array(labels, "<u2").tobytes() + np.zeros((len(labels), 3), "<f2").tobytes()
    return Shard(first_position=first, rows=len(labels), predictions=blobs.put(data))


def test_classes_come_in_the_order_of_the_positions(blobs: LocalBlobs) -> None:
    shards = [scored(blobs, 0, [5, 6, 7]), scored(blobs, 3, [8, UNSAID])]

    found = predicted.classes(blobs, shards, np.array([4, 0, 3, 2]))

    assert found.tolist() == [UNSAID, 5, 8, 7]
    assert found.dtype == np.int64
    assert len(predicted.classes(blobs, shards, np.zeros(0, np.int64))) == 0


def test_an_item_in_no_scored_shard_is_an_error(blobs: LocalBlobs) -> None:
    shards = [scored(blobs, 0, [5]), Shard(first_position=1, rows=4, predictions=None)]

    with pytest.raises(LookupError, match="2 of 3 items"):
        predicted.classes(blobs, shards, np.array([0, 1, 9]))


def test_probabilities_of_a_class_and_of_the_likeliest_are_nan_where_nothing_was_said(
    blobs: LocalBlobs,
) -> None:
    proba = np.array([[0.25, 0.75], [0.5, 0.5], [1.0, 0.0]], dtype="<f2")
    data = np.array([1, UNSAID, 0], "<u2").tobytes() + proba.tobytes()
    shard = Shard(first_position=0, rows=3, predictions=blobs.put(data))

    of_first = predicted.probabilities(blobs, shard, classes=2, of=0)
    sure = predicted.confidences(blobs, shard, classes=2)

    assert np.array_equal(of_first, [0.25, np.nan, 1.0], equal_nan=True)
    assert np.array_equal(sure, [0.75, np.nan, 1.0], equal_nan=True)
