"""BERT (Devlin et al. 2019) with a pooled output (Reimers & Gurevych 2019) as a graph."""

from dataclasses import dataclass

import numpy as np
from onnx import TensorProto

from workers.encoders.building.graph import Graph
from workers.encoders.building.weights import Weights

IDS, MASK, OUTPUT = "input_ids", "attention_mask", "embedding"
_NEVER = -1e4
"""Added to the attention to padding, of which the softmax then makes zero."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How large the network is, in the words of its configuration file."""

    num_hidden_layers: int
    hidden_size: int
    num_attention_heads: int
    layer_norm_eps: float


def build(shape: Shape, weights: Weights) -> bytes:
    """Give the network as an ONNX file: the mean over the tokens of a text, at unit length.

    Raises:
        KeyError: a weight is missing.
    """
    return _Bert(shape, weights).build()


class _Bert:
    def __init__(self, shape: Shape, weights: Weights) -> None:
        self._shape, self._weights, self._graph = shape, weights, Graph()

    def build(self) -> bytes:
        graph = self._graph
        mask = graph.add("Cast", MASK, to=TensorProto.FLOAT)  # [rows, length]
        padding = graph.add("Sub", graph.constant(1.0), mask)
        hidden = graph.add("Mul", padding, graph.constant(_NEVER))
        unseen = graph.add("Unsqueeze", hidden, graph.integers(1, 2))  # [rows, 1, 1, length]
        rows = self._embedded()
        for number in range(self._shape.num_hidden_layers):
            rows = self._layer(rows, unseen, f"encoder.layer.{number}")
        output = self._pooled(rows, mask)
        names = [IDS, MASK]
        return graph.finish(names, output, name=OUTPUT, width=self._shape.hidden_size)

    def _embedded(self) -> str:
        """Words, their places and the kind of the sentence, which is always the first one."""
        graph, weights = self._graph, self._weights
        words = graph.constant(weights["embeddings.word_embeddings.weight"])
        kind = weights["embeddings.token_type_embeddings.weight"][0]
        places = graph.constant(weights["embeddings.position_embeddings.weight"] + kind)
        length = graph.add("Slice", graph.add("Shape", IDS), *map(graph.integers, (1, 2)))
        placed = graph.add("Slice", places, graph.integers(0), length)
        rows = graph.add("Add", graph.add("Gather", words, IDS), placed)
        return self._normal(rows, "embeddings.LayerNorm")

    def _layer(self, rows: str, unseen: str, name: str) -> str:
        graph = self._graph
        seen = self._linear(self._attention(rows, unseen, name), f"{name}.attention.output.dense")
        rows = self._normal(graph.add("Add", seen, rows), f"{name}.attention.output.LayerNorm")
        inner = self._gelu(self._linear(rows, f"{name}.intermediate.dense"))
        outer = self._linear(inner, f"{name}.output.dense")
        return self._normal(graph.add("Add", outer, rows), f"{name}.output.LayerNorm")

    def _attention(self, rows: str, unseen: str, name: str) -> str:
        """Each head's mixture of the tokens: [rows, length, hidden]."""
        graph, width = self._graph, self._shape.hidden_size
        heads = self._shape.num_attention_heads
        apart = graph.integers(0, 0, heads, width // heads)
        turns = {"query": [0, 2, 1, 3], "key": [0, 2, 3, 1], "value": [0, 2, 1, 3]}
        parts = [
            graph.add(
                "Transpose",
                graph.add("Reshape", self._linear(rows, f"{name}.attention.self.{each}"), apart),
                perm=turn,
            )
            for each, turn in turns.items()
        ]
        query, key, value = parts
        scale = graph.constant(np.sqrt(width // heads))
        likeness = graph.add(
            "Add", graph.add("Div", graph.add("MatMul", query, key), scale), unseen
        )
        mixed = graph.add("MatMul", graph.add("Softmax", likeness, axis=-1), value)
        together = graph.add("Transpose", mixed, perm=[0, 2, 1, 3])
        return graph.add("Reshape", together, graph.integers(0, 0, width))

    def _gelu(self, rows: str) -> str:
        """Half the value, times one plus the error function of it over the root of two."""
        graph = self._graph
        bent = graph.add("Erf", graph.add("Div", rows, graph.constant(np.sqrt(2.0))))
        doubled = graph.add("Mul", rows, graph.add("Add", bent, graph.constant(1.0)))
        return graph.add("Mul", doubled, graph.constant(0.5))

    def _pooled(self, rows: str, mask: str) -> str:
        graph = self._graph
        present = graph.add("Unsqueeze", mask, graph.integers(2))
        over = graph.integers(1)
        total = graph.add("ReduceSum", graph.add("Mul", rows, present), over, keepdims=0)
        mean = graph.add("Div", total, graph.add("ReduceSum", present, over, keepdims=0))
        return graph.add("Div", mean, graph.add("ReduceL2", mean, axes=[1], keepdims=1))

    def _linear(self, rows: str, name: str) -> str:
        weights = self._weights
        return self._graph.linear(rows, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def _normal(self, rows: str, name: str) -> str:
        weights, epsilon = self._weights, self._shape.layer_norm_eps
        given = (weights[f"{name}.weight"], weights[f"{name}.bias"])
        return self._graph.normal(rows, *given, epsilon=epsilon)
