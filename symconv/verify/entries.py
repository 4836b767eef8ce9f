"""Entries for running generated code: floats, rationals, symbols and class numbers."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import prod, sqrt
from random import Random

from sympy import Symbol

from symconv.core.equation import Program
from symconv.core.errors import Unsupported
from symconv.core.tensor import Tensor
from symconv.semantics.algebra import Reals
from symconv.semantics.places import Place, Sizes, whole

from .classes import classes
from .trial import Entry, Trial, trial_of

SPANS = ((0.25, 1.5, (-1, 1)), (0.25, 1.5, (1,)), (0.05, 0.95, (1,)), (0.01, 0.1, (1,)))
"""From, to and signs: the first span at which everything has a value is taken."""


def float_trial(program: Program, sizes: dict[Symbol, int], seed: int) -> Trial:
    """A trial at random floats."""
    problem: Exception | None = None
    for span in SPANS:
        entry = _float(Random(seed), sizes, classes(program, sizes), span)  # noqa: S311
        try:
            made = trial_of(program, sizes, Reals(), entry)
            assert made.slopes, "a program has tensors"
        except (ArithmeticError, ValueError) as error:
            problem = error
        else:
            return made
    raise Unsupported(f"the program has no value at random entries: {problem}")


def _float(
    random: Random,
    sizes: Sizes,
    labels: Mapping[str, int],
    span: tuple[float, float, tuple[int, ...]],
) -> Entry:
    """Floats in the span; parameters are scaled so that sums over their entries stay around 1."""
    low, high, signs = span

    def entry(tensor: Tensor, _place: Place) -> float:
        if tensor.key in labels:
            return random.randrange(labels[tensor.key])
        many = tensor.role == "parameter"
        inputs = prod(whole(n, sizes) for n in tensor.shape[1:]) if many else 1
        return random.uniform(low, high) * random.choice(signs) / sqrt(inputs)

    return entry


def rationals(random: Random, labels: Mapping[str, int]) -> Entry:
    """Small integers as exact numbers."""

    def entry(tensor: Tensor, _place: Place) -> Fraction | int:
        many = labels.get(tensor.key)
        return Fraction(random.randint(-4, 4)) if many is None else random.randrange(many)

    return entry


def symbol(tensor: Tensor, place: Place) -> Symbol:
    """A symbol named after the entry."""
    return Symbol(f"{tensor.key}[{','.join(map(str, place))}]")
