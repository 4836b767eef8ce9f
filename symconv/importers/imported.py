"""What an import gives: a network text, the network that it means, and the arrays by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from sympy import Expr, Integer

from symconv.core.equation import Program
from symconv.core.errors import SymconvError
from symconv.network.parser import parse_network
from symconv.network.spec import NetworkSpec

from .graph.records import Array, ModelGraph, Shape
from .graph.refusals import Refusals, quote_name
from .stages.simplify import simplify_graph
from .stages.table import write_stages
from .stages.writer import StageWriter, Written


@dataclass(frozen=True)
class CarriedWeight:
    """Where an array came from: its name in the model, its shape there, how its axes were turned.

    `gradient.transpose(back).reshape(shape)` is a gradient in the layout of the model.
    """

    source: str
    shape: Shape
    order: tuple[int, ...] | None = None

    def restore(self, array: Array) -> Array:
        """An array of this network, such as a gradient, in the layout of the model."""
        if self.order is None:
            return array.reshape(self.shape)
        turned = array.reshape([self.shape[a] for a in self.order])
        return np.transpose(turned, np.argsort(self.order))


@dataclass(frozen=True)
class ImportedModel:
    """A model as a network of this house.

    `text` is the network text. `weights` are the arrays of the model by the names of the module, so
    that `forward(x=..., **weights)` of the compiled network runs it; `sources` tells for each where
    it came from; `inputs` are the module's names for the inputs of the model, by their names there.
    `notes` are what a person should know of how the model was read. `spec` and `program` are what
    the text means.
    """

    text: str
    weights: Mapping[str, Array] = field(repr=False)
    sources: Mapping[str, CarriedWeight] = field(repr=False)
    inputs: Mapping[str, str]
    notes: tuple[str, ...]
    spec: NetworkSpec = field(repr=False)
    program: Program = field(repr=False)


@dataclass(frozen=True)
class WrittenModel:
    """The stages of a model as they were written, and their text."""

    graph: ModelGraph
    writer: StageWriter
    text: str


def import_graph(graph: ModelGraph, source: str) -> ImportedModel:
    """The network of a model; SymconvError lists everything that has no layer, with its place."""
    written = write_model(graph, source)
    parsed = parse_network(written.text)
    program = parsed.program()
    compare_shapes(program, written.writer)
    return name_parts(written, parsed.spec, program)


def write_model(graph: ModelGraph, source: str) -> WrittenModel:
    """The text of a model; SymconvError lists everything that has no layer, with its place."""
    refusals = Refusals()
    graph = simplify_graph(graph.prune())
    writer = write_stages(graph, refusals)
    refusals.raise_any(source)
    if writer.values.get(graph.output) != writer.last or not writer.made:
        _end_with_output(writer, graph)
    return WrittenModel(graph, writer, writer.text())


def name_parts(written: WrittenModel, spec: NetworkSpec, program: Program) -> ImportedModel:
    """The arrays and the inputs of a model by the names that they have in its network."""
    graph, writer = written.graph, written.writer
    arrays = {c.written: c for c in writer.carried.values()}
    named = {name_in_module(writer.finish(w.marked)): c for w, c in arrays.items()}
    return ImportedModel(
        written.text,
        {
            n: c.values
            for n, c in named.items()
            if not (graph.weightless and c.source in graph.arrays)
        },
        {
            n: CarriedWeight(c.source, _stored_shape(graph, c.source), c.order)
            for n, c in named.items()
        },
        {n.removeprefix("%"): name_in_module(writer.finish(m)) for n, m in writer.given.items()},
        (*graph.notes, *writer.notes),
        spec,
        program,
    )


def name_in_module(key: str) -> str:
    """`w1` for `w^1`, as the generated module names its arguments."""
    return key.replace("^", "")


def _stored_shape(graph: ModelGraph, source: str) -> Shape:
    return graph.arrays[source].values.shape if source in graph.arrays else (1,)


def _end_with_output(writer: StageWriter, graph: ModelGraph) -> None:
    """Let the output of the model be the last value of the network."""
    if graph.output not in writer.values:
        raise SymconvError(f"the output {quote_name(graph.output)} is no value of the model")
    value = writer.values[graph.output]
    places = writer.letters(len(value.shape))
    read = f"{writer.name_of(value)}[{','.join(places)}]"
    writer.equate(read, places, value.shape)


def _set_size(extent: Expr, size: int | None) -> Expr:
    """An extent with a number for its letter."""
    if size is None:
        return extent
    return extent.xreplace(dict.fromkeys(extent.free_symbols, Integer(size)))


def compare_shapes(program: Program, writer: StageWriter, size: int | None = None) -> None:
    """Hold the program that the text means against what was meant when it was written.

    `size` is the number that its letter had then.

    The network works its sizes out by itself: where they differ the text would be misread.
    """
    known = program.by_key
    wanted: list[Written] = [*writer.made, *(c.written for c in writer.carried.values())]
    for written in wanted:
        key = writer.finish(written.marked)
        shape = known[key].shape if key in known else ()
        found = tuple(str(_set_size(n, size)) for n in shape)
        if found != tuple(map(str, written.shape or (1,))):
            raise SymconvError(
                f"{key} has the shape {found} in the network, and {written.shape} in the model",
                help="this is a fault of the import: please report it",
            )
