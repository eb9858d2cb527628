"""Pools, corpora and floors in small."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.bench import corpora, floors, memory, pools
from benchmarks.bench.recalls import share_of
from benchmarks.bench.site import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(folder=tmp_path, scale=0.01, say=print)


def test_a_pool_is_read_as_it_was_written_and_written_once(site: Site) -> None:
    pool = pools.vectors(site, rows=20_000, width=8, classes=3)
    written = pool.path.stat().st_mtime_ns

    rows = pools.read(pool)
    again = pools.vectors(site, rows=20_000, width=8, classes=3)

    assert rows.shape == (20_000, 8)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert again.path.stat().st_mtime_ns == written
    assert (again.truth == pool.truth).all()
    assert set(pool.truth.tolist()) == {0, 1, 2}
    assert pool.answers(np.array([0])) == {"item-00000000": f"class-{pool.truth[0]}"}


@pytest.mark.parametrize("classes", [2, 10])
def test_the_floor_of_a_round_learns_what_the_pool_holds(site: Site, classes: int) -> None:
    pool = pools.vectors(site, rows=5_000, width=16, classes=classes)
    known = np.arange(400)

    parts = floors.Floor(pools.read(pool)).round(known, pool.truth[known])

    assert min(parts.fit, parts.product, parts.top) > 0
    assert parts.total == pytest.approx(parts.fit + parts.product + parts.top)


def test_the_gap_of_many_classes_is_that_of_their_probabilities() -> None:
    decisions = np.log(np.array([[0.7, 0.2, 0.1], [0.4, 0.35, 0.25]], dtype=np.float32))

    assert floors.gaps(decisions) == pytest.approx([0.5, 0.05], abs=1e-6)


def test_the_bare_write_leaves_nothing(site: Site, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x" * 3_000_000)

    seconds = floors.write(source, tmp_path / "target")

    assert seconds > 0
    assert [each.name for each in tmp_path.iterdir()] == ["source"]


def test_hashing_is_measured_in_two_processes(site: Site) -> None:
    corpus = corpora.documents(site, rows=300)

    assert floors.hashing(corpus) > 0


def test_a_corpus_has_two_topics_and_words_by_rank(site: Site) -> None:
    corpus = corpora.documents(site, rows=200)
    lines = [json.loads(line) for line in corpus.path.read_text().splitlines()]

    assert [line["key"] for line in lines][:2] == ["item-00000000", "item-00000001"]
    assert {len(line["text"].split()) for line in lines} == {corpora.LENGTH}
    assert 0 < corpus.truth.sum() < 200
    half = corpora.texts(corpus.path, part=1, parts=2)
    assert half == [line["text"] for line in lines[1::2]]


def test_the_private_memory_of_a_process_and_its_children_is_seen() -> None:
    with memory.watched(1) as peaks:
        peaks.look(1)

    assert peaks.highest
    assert memory.private_bytes(2**30) == 0


def test_recall_counts_what_was_served_of_what_is_exact() -> None:
    assert share_of(["a", "b"], ["b", "c"]) == 0.5


def test_a_smoke_test_is_smaller_and_a_whole_run_is_not() -> None:
    whole = Site(folder=Path(), scale=1.0, say=print)

    assert whole.count(7, least=3) == 7
    assert whole.is_whole
    assert not Site(folder=Path(), scale=0.01, say=print).is_whole
