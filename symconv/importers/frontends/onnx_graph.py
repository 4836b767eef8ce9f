"""The graph of an ONNX file as operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from symconv.importers.graph.records import (
    Array,
    ModelGraph,
    ModelInput,
    Operation,
    Shape,
    StoredArray,
)
from symconv.importers.graph.refusals import NotImportedError, quote_name, refuse_malformed
from symconv.importers.imported import ImportedModel, import_graph
from symconv.importers.open_sizes import import_open_graph

from .limits import check_operation_count
from .onnx_calls import OnnxCall
from .onnx_file import OnnxGraph, OnnxNode, OpenSizeError, read_onnx_file
from .onnx_folding import fold_node
from .onnx_operators import OPERATORS
from .outputs import Chosen, choose_output


def import_onnx_file(path: Path, sizes: Mapping[str, int], result: Chosen = None) -> ImportedModel:
    """The model in an ONNX file; the one size that has a name alone becomes a letter."""

    def read(more: Mapping[str, int]) -> ModelGraph:
        return read_onnx_graph(read_onnx_file(path, {**sizes, **more}), result)

    try:
        graph = read({})
    except OpenSizeError as error:
        name = error.name
        if not name:
            raise
        return import_open_graph(lambda n: read({name: n}), "ONNX")
    return import_graph(graph, "ONNX")


def read_onnx_graph(graph: OnnxGraph, result: Chosen = None) -> ModelGraph:
    """The model of a graph; what has no layer stays in it, and is refused when it is written."""
    output = graph.outputs[choose_output(graph.outputs, result)]
    reader = _OnnxReader(
        graph, {n: shape for n, (shape, _) in graph.inputs.items()} | dict(graph.shapes)
    )
    for node in graph.nodes:
        reader.read(node)
    inputs = tuple(ModelInput(n, shape, whole) for n, (shape, whole) in graph.inputs.items())
    return ModelGraph(inputs, tuple(reader.operations), output, reader.stored)


@dataclass
class _OnnxReader:
    """Goes through the nodes of a graph once.

    `constants` are numbers that take part in working out shapes; `stored` are the arrays of the
    model: its initialisers, which are trained, and constants that values are calculated with.
    """

    graph: OnnxGraph
    shapes: dict[str, Shape]
    operations: list[Operation] = field(default_factory=list)
    constants: dict[str, Array] = field(default_factory=dict)
    stored: dict[str, StoredArray] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    """Other names of stored arrays, as casts between kinds of real numbers give them."""

    def __post_init__(self) -> None:
        for name, array in self.graph.arrays.items():
            self.shapes[name] = array.shape
            if array.dtype.kind == "f":
                self.stored[name] = StoredArray(array)
            else:
                self.constants[name] = array

    def read(self, node: OnnxNode) -> None:
        """One node: folded, or as operations."""
        node = replace(node, inputs=tuple(self.aliases.get(n, n) for n in node.inputs))
        outputs = [n for n in node.outputs if n]
        call = OnnxCall(node, self.constants, self.graph.arrays, self.shapes)
        try:
            found = fold_node(node, self.constants, self.shapes)
            if found is not None and outputs:
                self._keep_constant(outputs[0], found)
                return
            made = self._translate(call)
            if len(made) == 1 and made[0].kind == "alias" and made[0].inputs[0] in self.stored:
                self.aliases[made[0].output] = str(made[0].inputs[0])
                return
            self.operations += made
            check_operation_count(len(self.operations))
        except NotImportedError as error:
            reads = tuple(n for n in node.inputs if n and n not in self.constants)
            self.operations += [
                Operation(
                    "refused", reads, n, node.place, {"reason": str(error)}, self.shapes.get(n)
                )
                for n in outputs
            ]

    def _keep_constant(self, name: str, array: Array) -> None:
        self.constants[name] = array
        self.shapes[name] = array.shape
        if array.dtype.kind == "f" and array.size > 1:
            self.stored[name] = StoredArray(array, trained=False)

    def _translate(self, call: OnnxCall) -> list[Operation]:
        translation = OPERATORS.get(call.node.operator)
        if translation is None:
            raise NotImportedError("there is no layer for it")
        with refuse_malformed():
            made = list(translation(call))
        for operation in made:
            if operation.kind == "scaled_norm":
                self._untrain(operation.inputs[3:5])
            if operation.kind in {"cross_entropy", "nll_loss"}:
                self._untrain(operation.inputs[2:])
            # What is left out of a graph as constants are whole numbers or single ones.
            for name in operation.reads:
                self._need_operand(name, operation)
        return made

    def _untrain(self, names: tuple[str | float | None, ...]) -> None:
        """Running means and variances have no gradient, nor have weights of classes."""
        for name in names:
            if isinstance(name, str) and name in self.stored:
                self.stored[name] = replace(self.stored[name], trained=False)

    def _need_operand(self, name: str, operation: Operation) -> None:
        if name in self.constants and name not in self.stored:
            values = np.asarray(self.constants[name], dtype=np.float64)
            self.stored[name] = StoredArray(values, trained=False)
        elif name not in self.shapes and name not in self.stored and operation.shape is None:
            known = any(o.output == name for o in self.operations)
            if not known:
                raise NotImportedError(f"nothing gives its input {quote_name(name)}")
