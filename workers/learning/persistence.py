"""Fitted versions as bytes, and back, without pickle."""

import io
import json
import zipfile
from typing import Any

import numpy as np
import numpy.typing as npt
import skops.io
from sklearn.svm import SVC
from skops.io.exceptions import UntrustedTypesFoundException

from workers.learning.fitted import Fitted, Kernel, Linear
from workers.learning.scaling import Kind, Scaling

FORMAT = 1
SCALING_ARRAYS = ("mean", "scale", "idf")
# All that a support vector machine is made of beyond what skops itself trusts: its vectors, if
# of text. skops reads such a matrix from plain arrays.
TRUSTED = ["scipy.sparse._csr.csr_matrix"]


class Unreadable(ValueError):
    """The bytes are not a fitted version that this release can read."""


def dumps(fitted: Fitted) -> bytes:
    """Write a version: an .npz archive with a JSON header; a kernel machine in skops' format."""
    arrays: dict[str, npt.NDArray[Any]] = {"seen": fitted.seen}
    for name in SCALING_ARRAYS:
        array = getattr(fitted.scaling, name)
        if array is not None:
            arrays[name] = array
    match fitted:
        case Linear():
            arrays |= {"coefficients": fitted.coefficients, "intercept": fitted.intercept}
            arrays |= {} if fitted.columns is None else {"columns": fitted.columns}
        case Kernel():
            arrays["machine"] = np.frombuffer(skops.io.dumps(fitted.machine), dtype=np.uint8)
    header = {
        "format": FORMAT,
        "kind": type(fitted).__name__.lower(),
        "classes": fitted.classes,
        "scaling": fitted.scaling.kind.value,
        "report": dict(fitted.report),
    }
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
    out = io.BytesIO()
    np.savez_compressed(out, allow_pickle=False, **arrays)
    return out.getvalue()


def loads(data: bytes) -> Fitted:
    """Read a version that `dumps` wrote; it says exactly what the original said.

    Raises:
        Unreadable: not such bytes, a newer format, or types that are not trusted.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        header = json.loads(arrays["header"].tobytes())
        return _built(header, arrays)
    except (zipfile.BadZipFile, OSError, EOFError, KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"not a readable fitted version: {error}") from error


def _built(header: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> Fitted:
    if header["format"] != FORMAT:
        raise ValueError(f"format {header['format']} is not {FORMAT}")
    scaling = Scaling(
        kind=Kind(header["scaling"]), **{name: arrays.get(name) for name in SCALING_ARRAYS}
    )
    if header["kind"] == "kernel":
        return Kernel(
            classes=header["classes"],
            seen=arrays["seen"],
            machine=_machine(arrays["machine"].tobytes()),
            scaling=scaling,
            report=header["report"],
        )
    return Linear(
        classes=header["classes"],
        seen=arrays["seen"],
        coefficients=arrays["coefficients"],
        intercept=arrays["intercept"],
        columns=arrays.get("columns"),
        scaling=scaling,
        report=header["report"],
    )


def _machine(data: bytes) -> SVC:
    try:
        machine = skops.io.loads(data, trusted=TRUSTED)
    except UntrustedTypesFoundException as error:
        raise ValueError(f"it holds types that are not trusted: {error}") from error
    if type(machine) is not SVC:
        raise ValueError(f"it holds a {type(machine).__name__}, not a support vector machine")
    return machine
