"""What a model says in two operations and a network in one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from symconv.importers.graph.records import ModelGraph, Operation

SHAPES = {"reshape", "alias"}


def simplify_graph(graph: ModelGraph) -> ModelGraph:
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
