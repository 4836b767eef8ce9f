"""A Keras architecture, which is JSON, as operations.

Keras has channels last. An image, that is a value with two or three axes of space, is kept with its
channels before space here, as all layers have them; where Keras' order is seen, by a flatten, a
reshape or a dense layer, the axes are turned by an equation of their own, so that the weights of a
dense layer keep their order. Values of one axis of space are turned before and behind a layer that
slides over them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from symconv.core.errors import SymconvError
from symconv.core.input_files import read_regular_file
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

from .fields import take
from .keras_calls import KerasCall, KerasValue
from .keras_layers import LAYERS
from .limits import LARGEST_GRAPH, check_operation_count, parse_json
from .outputs import Chosen, choose_output

Weights = Mapping[str, Sequence[Array]]
"""The arrays of `layer.get_weights()`, by the names of the layers."""


def import_keras(
    given: Path | Mapping[str, Any],
    batch: int | None,
    weights: Weights | None,
    result: Chosen = None,
) -> ImportedModel:
    """The model that a configuration describes, as `model.to_json()` writes it.

    Without a batch the number of samples is open.
    """
    if isinstance(given, Path):
        data = parse_json(read_regular_file(given, LARGEST_GRAPH), quote_name(given.name))
    else:
        data = given
    if batch is None:
        return import_open_graph(lambda n: read_keras(data, n, weights, result), "Keras")
    return import_graph(read_keras(data, batch, weights, result), "Keras")


def read_keras(data: Any, batch: int, weights: Weights | None, result: Chosen = None) -> ModelGraph:
    """The model of a configuration: Sequential, or Functional."""
    kind = take(data, "class_name", str, "the model")
    if kind not in {"Sequential", "Functional", "Model"}:
        raise SymconvError(
            f"a model of the class {quote_name(kind)}", help="Sequential or Functional is read"
        )
    config = take(data, "config", dict, "the model")
    layers = take(config, "layers", list, "the model")
    check_operation_count(len(layers))
    reader = _KerasReader(batch, weights)
    for number, layer in enumerate(layers):
        reader.read(layer, f"layer {number}", sequential=kind == "Sequential")
    output = reader.last if kind == "Sequential" else _name_output(config, result)
    if output not in reader.values:
        raise SymconvError(f"the output {quote_name(output)} is no layer that was read")
    return reader.graph(output)


def _name_output(config: Mapping[str, Any], result: Chosen) -> str:
    """The layer that an output comes from: `[["dense", 0, 0]]`, or `["dense", 0, 0]`."""
    found = take(config, "output_layers", list, "the model")
    several = [found] if found[1:] == [0, 0] else found
    if any(not isinstance(f, list) or f[1:] != [0, 0] for f in several):
        raise SymconvError("the outputs of the model are no layers")
    names = [str(f[0]) for f in several]
    return names[choose_output(names, result)]


@dataclass
class _KerasReader:
    """Goes through the layers once, and keeps the value that each gives."""

    batch: int
    weights: Weights | None
    inputs: list[ModelInput] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)
    values: dict[str, KerasValue] = field(default_factory=dict)
    stored: dict[str, StoredArray] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    last: str = ""

    def read(self, layer: Any, where: str, *, sequential: bool) -> None:
        """One layer as operations."""
        kind = take(layer, "class_name", str, where)
        config = take(layer, "config", dict, where)
        name = take(config, "name", str, where)
        if name in self.values:
            raise SymconvError(f"two layers are called {quote_name(name)}")
        if kind == "InputLayer":
            self._give_input(name, config)
        else:
            if sequential and not self.last and "batch_shape" in config:
                self._give_input(f"{name} input", config)
            self._apply(
                kind, name, config, [self.last] if sequential else _list_sources(layer, name)
            )
        self.last = name

    def _give_input(self, name: str, config: Mapping[str, Any]) -> None:
        said = config.get("batch_shape", config.get("batch_input_shape"))
        if not isinstance(said, list) or not all(isinstance(n, int) for n in said[1:]):
            raise SymconvError(f"the input {quote_name(name)} has no sizes that are numbers")
        batch = said[0] if said and isinstance(said[0], int) else self.batch
        shape: Shape = (batch, *said[1:])
        image = len(shape) > 3
        if image:
            shape = (shape[0], shape[-1], *shape[1:-1])
            self.notes.append(f"{name}: channels come before space, as in (N, C, H, W)")
        self.inputs.append(ModelInput(name, shape))
        self.values[name] = KerasValue(name, shape, first=image)
        self.last = name

    def _apply(self, kind: str, name: str, config: Mapping[str, Any], sources: list[str]) -> None:
        place = f"{quote_name(name)} ({quote_name(kind)[1:-1]})"
        call = KerasCall(name, kind, config, place, self._find_weights(name))
        given = [self.values.get(s, KerasValue(s, ())) for s in sources]
        try:
            self.values[name] = _translate(kind, call, given)
        except NotImportedError as error:
            self._leave_open("refused", call, given, str(error))
            return
        if not self.values[name].shape:
            self._leave_open("alias", call, given, "")
            return
        self.operations += call.made
        self.stored |= call.stored

    def _leave_open(self, kind: str, call: KerasCall, given: list[KerasValue], reason: str) -> None:
        """A layer that was refused, or that is applied to one: its shape is not known."""
        self.values[call.name] = KerasValue(call.name, ())
        reads = tuple(v.name for v in given)
        self.operations.append(Operation(kind, reads, call.name, call.place, {"reason": reason}))

    def _find_weights(self, name: str) -> Sequence[Array] | None:
        if self.weights is None:
            return None
        return [np.asarray(a) for a in self.weights.get(name, ())]

    def graph(self, output: str) -> ModelGraph:
        """The model; an output with channels before space says so."""
        value = self.values[output]
        if value.first:
            self.notes.append("the output has its channels before space, as in (N, C, H, W)")
        end = value.name if value.shape else output
        return ModelGraph(
            tuple(self.inputs),
            tuple(self.operations),
            end,
            self.stored,
            tuple(self.notes),
            weightless=self.weights is None,
        )


def _translate(kind: str, call: KerasCall, given: list[KerasValue]) -> KerasValue:
    """The value of a layer; one without a shape where it is applied to one that was refused."""
    if kind not in LAYERS:
        raise NotImportedError("there is no layer for it")
    if not given or any(not v.shape for v in given):
        return KerasValue(call.name, ())
    with refuse_malformed():
        return LAYERS[kind](call, given)


def _list_sources(layer: Mapping[str, Any], name: str) -> list[str]:
    """The layers whose values a layer is applied to, as Keras 3 and Keras 2 write it."""
    nodes = take(layer, "inbound_nodes", list, quote_name(name))
    if len(nodes) != 1:
        raise SymconvError(f"the layer {quote_name(name)} is applied {len(nodes)} times")
    return list(_find_histories(nodes[0], 0))


DEEPEST = 20
"""How deep arguments of a call are looked into."""


def _find_histories(data: Any, depth: int) -> Iterator[str]:
    """The names of layers in the arguments of a call."""
    if depth > DEEPEST:
        return
    if isinstance(data, dict) and data.get("class_name") == "__keras_tensor__":
        history = take(take(data, "config", dict, "a tensor"), "keras_history", list, "a tensor")
        yield str(history[0]) if history else ""
    elif isinstance(data, dict):
        for part in data.values():
            yield from _find_histories(part, depth + 1)
    elif isinstance(data, list) and data[1:3] == [0, 0] and isinstance(data[0], str):
        yield data[0]
    elif isinstance(data, list):
        for part in data:
            yield from _find_histories(part, depth + 1)
