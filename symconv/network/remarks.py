"""What a network text was taken to mean: every tensor in words, and what a person should know."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from symconv.core.equation import Program
from symconv.core.tensor import Tensor

from .axes import describe_axes
from .spec import NetworkSpec


def describe_tensors(program: Program) -> tuple[str, ...]:
    """A line for every tensor: its name, its role and its axes."""
    return tuple(f"{t.key}: {t.role}, {_describe_shape(t)}" for t in program.tensors)


def _describe_shape(tensor: Tensor) -> str:
    if tensor.scalar:
        return "a number"
    if tensor.role == "input" or tensor.space is not None:
        return describe_axes(tensor)
    return " x ".join(map(str, tensor.shape))


def list_remarks(spec: NetworkSpec, program: Program) -> tuple[str, ...]:
    """What is worth a word: axes that were found out, and layers that are hardly meant."""
    doubles = _remark_on_doubles(spec)
    return (*_remark_on_axes(spec, program), *doubles, *_remark_on_logarithms(spec))


DOUBLE = {("softmax", "cross_entropy"), ("sigmoid", "bce_logits")}
"""A layer, and a cost that takes what goes into it and applies it itself."""


def _remark_on_doubles(spec: NetworkSpec) -> Iterator[str]:
    """A softmax before a cost that has one of its own."""
    for first, second in pairwise(spec.layers):
        if (first.kind, second.kind) in DOUBLE:
            yield (
                f"'{second.kind}' behind '{first.kind}' takes the {first.kind} twice, as it has "
                f"one of its own: leave '{first.kind}' out"
            )


def _remark_on_logarithms(spec: NetworkSpec) -> Iterator[str]:
    """Probabilities before a cost that takes their logarithms."""
    for first, second in pairwise(spec.layers):
        if (first.kind, second.kind) == ("softmax", "nll_loss"):
            yield (
                "'nll_loss' behind 'softmax' takes probabilities for their logarithms: "
                "'log_softmax | nll_loss', or 'cross_entropy' alone"
            )


def _remark_on_axes(spec: NetworkSpec, program: Program) -> Iterator[str]:
    """The reading of an input that is neither stated nor the one that its number of axes has."""
    tensor = program.tensors[0]
    usual = {1: (0, 0), 2: (0, 2), 3: (0, 2), 4: (1, 2), 5: (1, 3)}
    stated = spec.input.batch is not None or spec.input.channels is not None
    if not stated and usual.get(len(tensor.shape)) != (tensor.batch, tensor.space):
        yield f"{tensor.key} is read as {describe_axes(tensor)}"
