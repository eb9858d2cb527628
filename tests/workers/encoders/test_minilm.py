"""The encoder that `make encoders` builds is the published one."""

from pathlib import Path

import numpy as np

from workers.encoders import sentences
from workers.encoders.building import check


def test_it_says_of_sentences_what_its_authors_publish(real_encoders: Path) -> None:
    assert check.problem(sentences.load(real_encoders, threads=1)) is None


def test_what_means_the_same_is_near_though_no_word_is_the_same(real_encoders: Path) -> None:
    encoder = sentences.load(real_encoders, threads=1)

    asked, same, other = encoder.encode(
        ["How can I get my money back?", "I want a refund", "My card has not come by post"]
    )

    assert asked @ same > 0.5 > asked @ other


def test_rows_do_not_depend_on_what_is_encoded_with_them(real_encoders: Path) -> None:
    encoder = sentences.load(real_encoders, threads=1)
    texts = [f"text number {n} " * (1 + n % 17) for n in range(60)]

    alone = np.concatenate([encoder.encode([text]) for text in texts])

    assert np.abs(encoder.encode(texts) - alone).max() < 1e-6


def test_the_licence_is_beside_it(real_encoders: Path) -> None:
    assert "Apache License 2.0" in (real_encoders / "minilm" / "NOTICE").read_text()
