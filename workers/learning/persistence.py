"""Fitted versions as bytes, and back, without pickle."""

import importlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
from sklearn.svm import SVC

from workers.learning import forests, scaling
from workers.learning.scaling import Kind
from workers.learning.versions import Boosted, Fitted, Forest, Gaussian, Kernel, Landmarks, Linear

FORMAT = 1
# All that machines are made of beyond what skops itself trusts: the vectors of one of texts, and
# trees. skops reads them from plain arrays.
TRUSTED = [
    "scipy.sparse._csr.csr_matrix",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
]
_KINDS: Mapping[str, type[Fitted]] = {
    "linear": Linear,
    "landmarks": Landmarks,
    "gaussian": Gaussian,
    "kernel": Kernel,
    "forest": Forest,
    "boosted": Boosted,
}
# What each kind is made of beside its classes, scaling, temperature and report.
_ARRAYS: Mapping[type[Fitted], Sequence[str]] = {
    Linear: ("coefficients", "intercept"),
    Landmarks: ("landmarks", "coefficients", "intercept"),
    Gaussian: ("means", "variances", "log_prior"),
    Forest: ("nodes", "shares", "sizes", "depths"),
    Kernel: (),
    Boosted: (),
}
_MACHINES: Mapping[type[Fitted], type] = {Kernel: SVC, Boosted: HistGradientBoostingClassifier}
# What forests and boosted trees were stored as before forests became arrays; still read.
TREES = "trees"


class Unreadable(ValueError):
    """The bytes are not a fitted version that this release can read."""


def dumps(fitted: Fitted) -> bytes:
    """Write a version: an .npz archive with a JSON header; a machine in skops' format."""
    arrays: dict[str, npt.NDArray[Any]] = {"seen": fitted.seen}
    arrays |= {name: getattr(fitted, name) for name in _ARRAYS[type(fitted)]}
    arrays |= scaling.to_arrays(fitted.scaling)
    header = {
        "format": FORMAT,
        "kind": type(fitted).__name__.lower(),
        "classes": fitted.classes,
        "scaling": fitted.scaling.kind.value,
        "temperature": fitted.temperature,
        "report": dict(fitted.report),
    }
    match fitted:
        case Linear():
            arrays |= {} if fitted.columns is None else {"columns": fitted.columns}
        case Landmarks():
            header["gamma"] = fitted.gamma
        case Kernel() | Boosted():
            arrays["machine"] = np.frombuffer(_skops().dumps(fitted.machine), dtype=np.uint8)
    arrays["header"] = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
    out = io.BytesIO()
    np.savez(out, allow_pickle=False, **arrays)
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
    except (zipfile.BadZipFile, OSError, EOFError, LookupError, TypeError, ValueError) as error:
        raise Unreadable(f"not a readable fitted version: {error}") from error


def _built(header: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> Fitted:
    if header["format"] != FORMAT:
        raise ValueError(f"format {header['format']} is not {FORMAT}")
    kind, parts = _grown(arrays) if header["kind"] == TREES else _parts(header, arrays)
    version = kind(
        classes=header["classes"],
        seen=arrays["seen"],
        scaling=scaling.from_arrays(Kind(header["scaling"]), arrays),
        temperature=header.get("temperature", 1.0),
        report=header["report"],
        **parts,
    )
    if isinstance(version, Forest):
        forests.check(version)
    return version


def _parts(
    header: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]
) -> tuple[type[Fitted], dict[str, Any]]:
    """What a version is made of beside what all are."""
    kind = _KINDS[header["kind"]]
    parts: dict[str, Any] = {name: arrays[name] for name in _ARRAYS[kind]}
    if kind is Linear:
        parts["columns"] = arrays.get("columns")
    elif kind is Landmarks:
        parts["gamma"] = header["gamma"]
    elif kind in _MACHINES:
        parts["machine"] = _machine(arrays["machine"].tobytes(), _MACHINES[kind])
    return kind, parts


def _grown(arrays: dict[str, npt.NDArray[Any]]) -> tuple[type[Fitted], dict[str, Any]]:
    """The same of trees as they used to be stored."""
    machine = _machine(
        arrays["machine"].tobytes(), ExtraTreesClassifier, HistGradientBoostingClassifier
    )
    if isinstance(machine, ExtraTreesClassifier):
        return Forest, forests.arrays_of(machine)
    return Boosted, {"machine": machine}


def _machine(data: bytes, *expected: type) -> Any:
    skops = _skops()
    try:
        machine = skops.loads(data, trusted=TRUSTED)
    except skops.exceptions.UntrustedTypesFoundException as error:
        raise ValueError(f"it holds types that are not trusted: {error}") from error
    if type(machine) not in expected:
        names = " or ".join(each.__name__ for each in expected)
        raise ValueError(f"it holds a {type(machine).__name__}, not {names}")
    return machine


def _skops() -> Any:
    """The library, loaded when it is needed: every process that starts would take long for it."""
    return importlib.import_module("skops.io")
