"""Whole numbers in a model: labels, rows of a table, and what is picked out of them."""

from __future__ import annotations

from dataclasses import replace

from symconv.importers.graph.records import ModelGraph, Operation

VIEWS = {"alias", "reshape", "permute", "slice", "expand"}
"""The operations that only move entries."""


def find_views_of_labels(graph: ModelGraph) -> dict[str, Operation]:
    """The operations that move whole numbers of inputs, by their outputs."""
    whole, found = {i.name for i in graph.inputs if i.whole}, dict[str, Operation]()
    for operation in graph.operations:
        if operation.kind in VIEWS and set(operation.reads) <= whole:
            whole.add(operation.output)
            found[operation.output] = operation
    return found


def delay_labels(graph: ModelGraph) -> ModelGraph:
    """The same model, where labels are moved about right before they are read.

    A value without samples between two layers would hide the samples from the second.
    """
    views, made = find_views_of_labels(graph), list[Operation]()
    waiting = dict(views)
    for operation in graph.operations:
        if operation.output in views:
            continue
        chain = list[Operation]()
        names = [n for n in operation.reads if n in waiting]
        while names:
            chain.append(waiting.pop(names[0]))
            names = [n for n in chain[-1].reads if n in waiting]
        made += [*chain[::-1], operation]
    made += waiting.values()
    return replace(graph, operations=tuple(made))
