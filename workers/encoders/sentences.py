"""Texts into dense vectors by all-MiniLM-L6-v2, a sentence encoder of six layers."""

import importlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

NAME = "minilm"
MODEL, TOKENIZER = "model.onnx", "tokenizer.json"
WIDTH = 384
LONGEST = 256
"""Tokens of a text that are read: what the encoder was trained on."""

_CHARACTERS = 64 * LONGEST
"""Of a text, more than its first tokens have: the rest is not looked at."""
_TEXTS_AT_ONCE = 1024
_TOKENS_AT_ONCE = 512
"""What the encoder gets at once: more is slower on one core, and takes more memory."""

Vectors = npt.NDArray[np.float32]
Ids = list[int]


class Missing(Exception):
    """The encoder is not on this machine; the message says what to do."""


class Sentences:
    """The encoder in this process."""

    def __init__(self, session: Any, tokenizer: Any) -> None:
        self._session = session
        self._tokenizer = tokenizer

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode the first 256 tokens of each text: float32[n, 384], rows of unit length.

        Texts of like length go through together. The same texts give the same rows; beside other
        texts a row may differ in its last bits, by some 1e-7.
        """
        rows = np.empty((len(texts), WIDTH), np.float32)
        for first in range(0, len(texts), _TEXTS_AT_ONCE):
            some = [text[:_CHARACTERS] for text in texts[first : first + _TEXTS_AT_ONCE]]
            # One at a time: together they would take all cores.
            ids = [self._tokenizer.encode(text).ids for text in some]
            for batch in _alike(ids):
                rows[first + batch] = self._through([ids[number] for number in batch])
        return rows

    def _through(self, ids: Sequence[Ids]) -> Vectors:
        lengths = np.array([len(each) for each in ids])
        mask = np.arange(lengths.max()) < lengths[:, None]
        padded = np.zeros(mask.shape, np.int64)
        padded[mask] = np.concatenate(ids)
        given = {"input_ids": padded, "attention_mask": mask.astype(np.int64)}
        rows: Vectors = self._session.run(None, given)[0]
        return rows


@cache
def load(folder: Path, *, threads: int) -> Sentences:
    """Open the encoder that `make encoders` has put in a folder, once in a process.

    Raises:
        Missing: it is not there, or what runs it is not installed.
    """
    try:
        onnxruntime: Any = importlib.import_module("onnxruntime")
        tokenizers: Any = importlib.import_module("tokenizers")
        model = (folder / NAME / MODEL).resolve(strict=True)
        tokenizer = tokenizers.Tokenizer.from_file(str(model.with_name(TOKENIZER)))
    except (ImportError, FileNotFoundError) as error:
        raise Missing(
            f"the text encoder {NAME} is not on this worker ({error}): `make encoders` builds it, "
            f"ENCODERS_DIR says where it is, now {folder}"
        ) from error
    tokenizer.enable_truncation(LONGEST)
    tokenizer.no_padding()
    return Sentences(onnxruntime.InferenceSession(model, _options(onnxruntime, threads)), tokenizer)


def _options(onnxruntime: Any, threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that wait must not keep a core busy, and memory goes back after each batch.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    return options


def _alike(ids: Sequence[Ids]) -> Iterator[npt.NDArray[np.int64]]:
    """Numbers of texts that go through together, the shortest first."""
    lengths = np.array([len(each) for each in ids], np.int64)
    order = np.argsort(lengths, kind="stable")
    first = 0
    while first < len(order):
        last = first + 1
        while last < len(order) and lengths[order[last]] * (last + 1 - first) <= _TOKENS_AT_ONCE:
            last += 1
        yield order[first:last]
        first = last
