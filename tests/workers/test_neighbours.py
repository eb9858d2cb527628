"""What is near to labelled items: exact over all shards, whichever process looks at which."""

import numpy as np
import pytest
from scipy import sparse

from workers.learning.arrays import Dense, Ints
from workers.neighbours import ENTRY, NEAREST, Entries, Nearest

SHARDS = [(0, 900), (900, 60), (960, 1_500), (2_460, 40)]


@pytest.fixture
def rows() -> Dense:
    return np.random.default_rng(0).normal(size=(2_500, 6)).astype(np.float32)


@pytest.fixture
def labelled(rows: Dense) -> Dense:
    some = rows[[3, 950, 2_470]]
    return np.asarray(some / np.linalg.norm(some, axis=1)[:, None])


def found(nearest: Nearest, rows: Dense, shards: list[tuple[int, int]]) -> Entries:
    """What a process writes for shards, one after the other."""
    parts = [nearest.of_shard(rows[first : first + count], first) for first, count in shards]
    return np.concatenate([np.frombuffer(part, ENTRY) for part in parts])


def nearest_of(entries: Entries, row: int) -> set[int]:
    """The hundred nearest to one of the labelled, of all that was written."""
    own = entries[entries["row"] == row]
    return set(own["position"][np.argsort(-own["likeness"])][:NEAREST].tolist())


def exact(rows: Dense, one: Dense) -> Ints:
    return np.argsort(-(rows @ one) / np.linalg.norm(rows, axis=1))[:NEAREST]


@pytest.mark.parametrize("processes", [1, 2, 4])
def test_the_nearest_of_all_shards_are_among_what_is_written(
    rows: Dense, labelled: Dense, processes: int
) -> None:
    written = np.concatenate(
        [found(Nearest(labelled), rows, SHARDS[part::processes]) for part in range(processes)]
    )

    for row, one in enumerate(labelled):
        assert nearest_of(written, row) == set(exact(rows, one).tolist())


def test_of_later_shards_only_what_is_nearer_than_what_was_found_is_written(
    rows: Dense, labelled: Dense
) -> None:
    nearest = Nearest(labelled)

    sizes = [len(found(nearest, rows, [shard])) for shard in SHARDS]

    assert sizes[0] == 3 * NEAREST
    assert sum(sizes[1:]) < 3 * 1_600 / 4


def test_a_shard_that_comes_again_is_written_again(rows: Dense, labelled: Dense) -> None:
    nearest = Nearest(labelled)

    first, *_, again = (found(nearest, rows, [SHARDS[at]]) for at in (0, 2, 0))

    kept = {(each["position"], each["row"]) for each in again}
    assert kept < {(each["position"], each["row"]) for each in first}
    written = np.concatenate([again, found(Nearest(labelled), rows, SHARDS[1:])])
    for row, one in enumerate(labelled):
        assert nearest_of(written, row) == set(exact(rows, one).tolist())


def test_rows_that_are_all_alike_are_kept_once(labelled: Dense) -> None:
    alike = np.ones((5_000, 6), np.float32)

    written = found(Nearest(labelled), alike, [(0, 3_000), (3_000, 2_000)])

    assert len(written) == 3 * NEAREST


def test_of_large_shards_a_share_of_the_rows_is_looked_at_others_by_another_draw(
    rows: Dense, labelled: Dense, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.neighbours.MOST_ROWS", 500)
    shards = [(0, 1_500), (1_500, 500), (2_000, 500)]

    for draw in range(3):
        written = found(Nearest(labelled, draw=draw + 6), rows, shards)

        seen = np.concatenate([np.arange(draw, 1_500, 3), np.arange(1_500, 2_500)])
        for row, one in enumerate(labelled):
            assert nearest_of(written, row) == set(seen[exact(rows[seen], one)].tolist())


def test_nothing_is_near_in_texts_or_where_nothing_is_labelled(rows: Dense) -> None:
    assert Nearest(rows[:2]).of_shard(sparse.csr_matrix(np.eye(3, dtype=np.float32)), 0) == b""
    assert Nearest(np.zeros((0, 0), np.float32)).of_shard(rows, 0) == b""


def test_nothing_is_near_in_a_shard_without_rows(rows: Dense, labelled: Dense) -> None:
    assert Nearest(labelled).of_shard(rows[:0], 0) == b""
