"""What a model says in two operations and a network in one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from symconv.importers.graph.records import ModelGraph, Operation

from .labels import delay_labels

SHAPES = {"reshape", "alias"}


def simplify_graph(graph: ModelGraph) -> ModelGraph:
    """The same model in fewer operations, with labels moved about where they are read."""
    return drop_pooled_axes(delay_labels(take_from_stacks(multiply_by_weights(graph)).prune()))


def multiply_by_weights(graph: ModelGraph) -> ModelGraph:
    """Products with a stored matrix, also with one that is turned, as fully connected layers.

    So a matrix that is tied to another layer is the weight of both.
    """
    stored = {n for n, a in graph.arrays.items() if a.values.ndim == 2}
    turned = {
        o.output: str(o.inputs[0])
        for o in graph.operations
        if o.kind == "permute" and o.inputs[0] in stored and tuple(o.options["order"]) == (1, 0)
    }
    shapes = {i.name: i.shape for i in graph.inputs}
    shapes |= {o.output: o.shape for o in graph.operations if o.shape is not None}

    def replace_product(operation: Operation) -> Operation:
        if operation.kind not in {"matmul", "linear"}:
            return operation
        x, weight, *bias = operation.inputs
        # With one axis a product has no samples, which a layer needs.
        if not isinstance(weight, str) or len(shapes.get(str(x), ())) < 2:
            return operation
        transposed = operation.kind == "matmul" or bool(operation.options.get("transposed"))
        if weight in turned:
            weight, transposed = turned[weight], not transposed
        elif operation.kind == "linear" or weight not in stored:
            return operation
        options = {**operation.options, "transposed": transposed}
        inputs = (x, weight, *(bias or [None]))
        return replace(operation, kind="linear", inputs=inputs, options=options)

    return replace(graph, operations=tuple(map(replace_product, graph.operations)))


def take_from_stacks(graph: ModelGraph) -> ModelGraph:
    """The same model, where one of several values that were stacked is taken as it was."""
    stacks = {o.output: o for o in graph.operations if o.kind == "stack"}
    aliases = dict[str, str]()

    def take_one(operation: Operation) -> Operation:
        source = str(operation.inputs[0]) if operation.inputs else ""
        source = aliases.get(source, source)
        if operation.kind == "alias" and source in stacks:
            aliases[operation.output] = source
        if operation.kind != "slice" or source not in stacks or not operation.options.get("drop"):
            return operation
        stack = stacks[source]
        if operation.options["axis"] != stack.options["axis"]:
            return operation
        taken = stack.inputs[operation.options["start"]]
        return replace(operation, kind="alias", inputs=(taken,), options={})

    return replace(graph, operations=tuple(map(take_one, graph.operations)))


def drop_pooled_axes(graph: ModelGraph) -> ModelGraph:
    """The same model, where a global pooling drops the axes that a reshape drops behind it."""
    readers = Counter(name for o in graph.operations for name in o.reads)
    by_input = {n: o for o in graph.operations if o.kind in SHAPES for n in o.inputs[:1]}

    def drops_axes(operation: Operation) -> bool:
        after = by_input.get(operation.output)
        shape = operation.shape
        alone = readers[operation.output] == 1 and operation.output != graph.output
        if after is None or after.kind != "reshape" or not alone or shape is None:
            return False
        return tuple(after.options["shape"]) == shape[:2]

    made = tuple(
        replace(o, options={**o.options, "keep": False}, shape=o.shape[:2])
        if o.kind == "global_pool" and o.options["keep"] and o.shape and drops_axes(o)
        else o
        for o in graph.operations
    )
    return replace(graph, operations=made)
