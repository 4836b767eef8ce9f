"""Keras' layers that move entries: their orders are those of channels last."""

from __future__ import annotations

from math import prod

from symconv.importers.graph.refusals import NotImportedError

from .keras_calls import KerasCall, KerasValue


def flatten(call: KerasCall, given: list[KerasValue]) -> KerasValue:
    """Every axis but the batch, in Keras' order."""
    (x,) = given
    x = call.channels_last(x)
    shape = (x.shape[0], prod(x.shape[1:]))
    return call.add("reshape", (x.name,), shape, first=False, shape=shape)


def reshape(call: KerasCall, given: list[KerasValue]) -> KerasValue:
    """Another shape behind the batch, in Keras' order."""
    (x,) = given
    x = call.channels_last(x)
    said = call.config.get("target_shape")
    if not isinstance(said, list) or not all(isinstance(n, int) for n in said):
        raise NotImportedError("its target shape is no list of whole numbers")
    known = prod(n for n in said if n != -1)
    shape = (x.shape[0], *(prod(x.shape[1:]) // known if n == -1 else n for n in said))
    return call.add("reshape", (x.name,), shape, first=False, shape=shape)


def permute(call: KerasCall, given: list[KerasValue]) -> KerasValue:
    """The axes behind the batch in another order, counted from 1."""
    (x,) = given
    x = call.channels_last(x)
    order = (0, *call.sizes("dims", len(x.shape) - 1))
    if sorted(order) != list(range(len(order))):
        raise NotImportedError("its dims are no order of axes")
    shape = tuple(x.shape[a] for a in order)
    return call.add("permute", (x.name,), shape, first=False, order=order)


def concat(call: KerasCall, given: list[KerasValue]) -> KerasValue:
    """Values side by side along an axis."""
    if any(v.first for v in given):
        given = [call.channels_first(v) for v in given]
    axis = call.axis_of(given[0], call.integer("axis", -1))
    size = sum(v.shape[axis] for v in given)
    shape = tuple(size if a == axis else n for a, n in enumerate(given[0].shape))
    names = tuple(v.name for v in given)
    return call.add("concat", names, shape, first=given[0].first, axis=axis)
