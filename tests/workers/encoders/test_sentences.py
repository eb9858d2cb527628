"""Texts become dense vectors, whatever is encoded beside them."""

from pathlib import Path

import numpy as np
import pytest

from workers.encoders import sentences
from workers.encoders.sentences import Missing, Sentences

TEXTS = [
    "word1 word2",
    "",
    "word3",
    "word1 " * 300,
    "nobody knows these",
    "word4 word5 word6 word7",
]


@pytest.fixture
def tiny(tiny_encoders: Path) -> Sentences:
    return sentences.load(tiny_encoders, threads=1)


def test_every_text_has_a_row_of_unit_length(tiny: Sentences) -> None:
    rows = tiny.encode(TEXTS)

    assert rows.shape == (len(TEXTS), sentences.WIDTH)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1)


def test_a_row_does_not_depend_on_the_texts_beside_it(tiny: Sentences) -> None:
    short = [text for text in TEXTS if len(text) < 100]
    many = [TEXTS[3], *(short * 250)]  # several blocks, and many rows a batch

    together = tiny.encode(many)

    alone = np.concatenate([tiny.encode([text]) for text in short])
    assert np.allclose(together[1:].reshape(250, *alone.shape), alone, atol=1e-6)
    assert np.allclose(together[:1], tiny.encode(TEXTS[3:4]), atol=1e-6)
    assert np.array_equal(together, tiny.encode(many))


def test_different_texts_have_different_rows(tiny: Sentences) -> None:
    one, other, same = tiny.encode(["word1 word2", "word8 word9", "WORD1  word2"])

    assert one @ other < 0.99
    assert one @ same == pytest.approx(1)


def test_a_text_is_read_to_its_256th_token(tiny: Sentences) -> None:
    # Of the 256 the first and the last say where the text begins and ends.
    read = "word1 " * 253 + "word2 "

    whole, longer, shorter = tiny.encode([read, read + "word3 " * 200, "word1 " * 253])

    assert np.allclose(whole, longer, atol=1e-6)
    assert not np.allclose(whole, shorter, atol=1e-6)


def test_a_text_of_a_megabyte_is_read_as_any_other(tiny: Sentences) -> None:
    assert np.isfinite(tiny.encode(["word1" + " " * 2**20, "x" * 2**20])).all()


def test_no_texts_are_no_rows(tiny: Sentences) -> None:
    assert tiny.encode([]).shape == (0, sentences.WIDTH)


def test_it_is_opened_once_in_a_process(tiny_encoders: Path) -> None:
    first = sentences.load(tiny_encoders, threads=1)

    assert sentences.load(tiny_encoders, threads=1) is first


def test_where_it_is_missing_the_command_that_builds_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(Missing, match=f"make encoders.*ENCODERS_DIR.*{tmp_path}"):
        sentences.load(tmp_path, threads=1)
