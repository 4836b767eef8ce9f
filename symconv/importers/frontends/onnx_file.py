"""An ONNX file as nodes with names, attributes and shapes, by the `onnx` package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from symconv.core.errors import SymconvError
from symconv.core.input_files import read_regular_file
from symconv.importers.graph.records import Array, Shape
from symconv.importers.graph.refusals import quote_name

from .limits import LARGEST_MODEL, check_array_size, check_operation_count
from .onnx_wire import check_description

STANDARD = {"", "ai.onnx"}
"""The names of the set of operators that is read."""

OLDEST = 13
"""The oldest version of the operators: softmax meant something else before, and axes were
attributes."""


@dataclass(frozen=True)
class OnnxNode:
    """A node; an input or an output that is left out has no name."""

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    place: str


@dataclass(frozen=True)
class OnnxGraph:
    """The graph of a file: inputs with shapes and whether they are whole, nodes, and arrays."""

    inputs: Mapping[str, tuple[Shape, bool]]
    outputs: tuple[str, ...]
    nodes: tuple[OnnxNode, ...]
    arrays: Mapping[str, Array]
    shapes: Mapping[str, Shape]


def read_onnx_file(path: Path, sizes: Mapping[str, int]) -> OnnxGraph:
    """The graph in a file; `sizes` are numbers for the sizes that have names there."""
    try:
        import onnx
    except ImportError:
        raise SymconvError("onnx is not installed", help="pip install 'symconv[onnx]'") from None
    raw = read_regular_file(path, LARGEST_MODEL)
    check_description(raw)
    name = quote_name(path.name)
    try:
        model = onnx.load_model_from_string(raw)
    except Exception as error:  # protobuf has an error of its own for each of its kinds
        raise SymconvError(f"{name} is no ONNX file: {str(error)[:80]}") from error
    _check_versions(model, name)
    graph = model.graph
    check_operation_count(len(graph.node))
    arrays = dict(_read_initializers(graph, path.parent))
    given = [v for v in graph.input if v.name not in arrays]
    names = [n for v in given for n in _set_sizes(v, sizes)]
    if names:
        first = next(v for v in given if _set_sizes(v, sizes))
        raise _open_size(first, names[0] if len(set(names)) == 1 else "")
    inputs = {v.name: _read_input(v) for v in graph.input if v.name not in arrays}
    nodes = tuple(_read_node(n, k) for k, n in enumerate(graph.node))
    outputs = tuple(v.name for v in graph.output)
    return OnnxGraph(inputs, outputs, nodes, arrays, _infer_shapes(model))


def _check_versions(model: Any, name: str) -> None:
    versions = [o.version for o in model.opset_import if o.domain in STANDARD]
    if not versions:
        raise SymconvError(f"{name} is no ONNX file: it names no set of operators")
    if versions[0] < OLDEST:
        raise SymconvError(
            f"{name} has operators of version {versions[0]}", help=f"version {OLDEST} or newer"
        )


def _set_sizes(value: Any, sizes: Mapping[str, int]) -> list[str]:
    """Put numbers in for the named sizes of an input; the names that are left."""
    left = []
    for dim in value.type.tensor_type.shape.dim:
        if dim.dim_param in sizes:
            dim.dim_value = sizes[dim.dim_param]
        elif not dim.dim_value:
            left.append(dim.dim_param)
    return left


class OpenSizeError(SymconvError):
    """A size without a number; `name` is the only name that such sizes have, or empty."""

    name = ""


def _open_size(value: Any, alone: str) -> OpenSizeError:
    names = [d.dim_param for d in value.type.tensor_type.shape.dim if not d.dim_value]
    name = names[0] or "?"
    error = OpenSizeError(
        f"the input {quote_name(value.name)} has a size without a number: {quote_name(name)}",
        help="give it as a size, such as batch=2",
    )
    error.name = alone
    return error


def _read_input(value: Any) -> tuple[Shape, bool]:
    """The shape of an input, and whether its numbers are whole."""
    kind = value.type.tensor_type
    shape = tuple(int(d.dim_value) for d in kind.shape.dim)
    check_array_size(shape, quote_name(value.name))
    # FLOAT, FLOAT16, DOUBLE and BFLOAT16 of the schema; all else has no gradient.
    return shape, kind.elem_type not in {1, 10, 11, 16}


def _infer_shapes(model: Any) -> dict[str, Shape]:
    """The shapes of the values, as ONNX itself works them out."""
    import onnx

    # What the file says of shapes is not believed: it may have open sizes, or be wrong.
    del model.graph.value_info[:]
    for value in model.graph.output:
        value.type.tensor_type.ClearField("shape")
    try:
        inferred = onnx.shape_inference.infer_shapes(model, data_prop=True)
    except Exception:  # noqa: BLE001 - without shapes the sizes are worked out here alone
        return {}
    known = {}
    for value in (*inferred.graph.value_info, *inferred.graph.output):
        dims = value.type.tensor_type.shape.dim
        if value.type.tensor_type.HasField("shape") and all(d.HasField("dim_value") for d in dims):
            known[value.name] = tuple(int(d.dim_value) for d in dims)
    return known


def _read_initializers(graph: Any, folder: Path) -> Iterator[tuple[str, Array]]:
    """The arrays of a graph by their names."""
    if graph.sparse_initializer:
        raise SymconvError("the model has sparse arrays, which are not read")
    total = 0
    for tensor in graph.initializer:
        found = read_tensor(tensor, folder)
        total += found.nbytes
        if total > LARGEST_MODEL:
            raise SymconvError(f"the arrays are larger than {LARGEST_MODEL:,} bytes")
        yield tensor.name, found


def read_tensor(tensor: Any, folder: Path | None = None) -> Array:
    """A tensor of a file; numbers beside the file are read from its folder alone."""
    from onnx import TensorProto, numpy_helper

    name = quote_name(tensor.name)
    shape = tuple(int(n) for n in tensor.dims)
    check_array_size(shape, name)
    if tensor.data_type == TensorProto.STRING:
        raise SymconvError(f"the array {name} holds texts")
    if tensor.data_location == TensorProto.EXTERNAL:
        tensor.raw_data = _read_beside(tensor, folder, name)
        tensor.data_location = TensorProto.DEFAULT
        del tensor.external_data[:]
    try:
        return np.asarray(numpy_helper.to_array(tensor))
    except Exception as error:  # what onnx raises for a tensor that is none
        raise SymconvError(f"the array {name} cannot be read: {str(error)[:80]}") from error


def _read_beside(tensor: Any, folder: Path | None, name: str) -> bytes:
    """The bytes of an array in a file of its own."""
    said = {e.key: e.value for e in tensor.external_data}
    location = said.get("location", "")
    numbers = [said.get("offset", "0"), said.get("length", "")]
    if (
        folder is None
        or not location
        or not all(n.isascii() and (n.isdigit() or not n) for n in numbers)
    ):
        raise SymconvError(f"the array {name} lies in a file that is not said as it should be")
    path = folder / location
    if path.resolve().parent != folder.resolve() or path.name != location:
        raise SymconvError(f"the array {name} lies outside of the folder of the model")
    raw = read_regular_file(path, LARGEST_MODEL)
    start = int(numbers[0][:16] or "0")
    return raw[start : start + int(numbers[1][:16])] if numbers[1] else raw[start:]


def _read_node(node: Any, number: int) -> OnnxNode:
    import onnx

    standard = node.domain in STANDARD
    operator = node.op_type if standard else f"{node.domain}::{node.op_type}"
    # Graphs within a node are not looked into: no operator that is read has one.
    read = {
        a.name: onnx.helper.get_attribute_value(a) for a in node.attribute if a.type not in {5, 10}
    }
    name = node.name or (node.output[0] if node.output else str(number))
    place = f"{quote_name(name)} ({quote_name(operator)[1:-1]})"
    return OnnxNode(operator, tuple(node.input), tuple(node.output), read, place)
