"""A network put together operation by operation, in the language of ONNX."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from workers.encoders.building.weights import Array

_OPERATIONS = 17
"""Version of the operations: the first that has LayerNormalization."""
_FORMAT = 8
"""Version of the file's format that goes with it."""


class Graph:
    """Operations so far; each value goes by a name that is made up here."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def constant(self, value: npt.ArrayLike, kind: npt.DTypeLike = np.float32) -> str:
        """Add an array that is part of the file."""
        name = f"constant_{len(self._constants)}"
        array = np.array(value, kind, order="C")
        self._constants.append(numpy_helper.from_array(array, name))
        return name

    def integers(self, *values: int) -> str:
        """Add a list of integers, such as a shape."""
        return self.constant(values, np.int64)

    def add(self, operation: str, *given: str, **attributes: Any) -> str:
        """Add an operation; answer the name of what it gives."""
        name = f"{operation.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operation, list(given), [name], **attributes))
        return name

    def linear(self, rows: str, weight: Array, bias: Array) -> str:
        """Add a product with weights, given as float32[outputs, inputs], plus a bias."""
        product = self.add("MatMul", rows, self.constant(weight.T))
        return self.add("Add", product, self.constant(bias))

    def normal(self, rows: str, weight: Array, bias: Array, *, epsilon: float) -> str:
        """Add a layer normalisation over the last axis."""
        given = (rows, self.constant(weight), self.constant(bias))
        return self.add("LayerNormalization", *given, axis=-1, epsilon=epsilon)

    def finish(self, inputs: Sequence[str], output: str, *, name: str, width: int) -> bytes:
        """Write a file: int64[rows, length] under each name in, float32[rows, width] out.

        Raises:
            onnx.checker.ValidationError: the operations do not fit together.
        """
        self._nodes.append(helper.make_node("Identity", [output], [name]))
        graph = helper.make_graph(
            self._nodes,
            "encoder",
            [
                helper.make_tensor_value_info(n, TensorProto.INT64, ["rows", "length"])
                for n in inputs
            ],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", width])],
            self._constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPERATIONS)])
        model.ir_version = _FORMAT
        onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString())
