"""Scalar algebras: what numbers a formula is evaluated in.

Scalars bring their own `+`, `*` and truth value (false means exactly zero). An algebra adds what
Python's operators do not say: constants, functions, powers and comparison.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol

from symconv.core.errors import Unsupported

Scalar = Any
Map = Callable[[Scalar], Scalar]


class Algebra(Protocol):
    """The arithmetic that an interpreter needs beside `+`, `*` and the truth value of a scalar."""

    def number(self, value: int | Fraction) -> Scalar:
        """The scalar that stands for a rational number."""

    def constant(self, value: float, name: str) -> Scalar:
        """The scalar that stands for a number that is not rational, such as pi."""

    def function(self, name: str) -> Map:
        """A function of one scalar, by the name of its SymPy class; `SLOPES` lists them."""

    def power(self, exponent: Fraction) -> Map:
        """The function x -> x ** exponent."""

    def first_maximiser(self, values: Sequence[Scalar]) -> int:
        """The position of the first largest value."""

    def mark_winner(self, values: Sequence[Scalar]) -> Sequence[Scalar]:
        """[value n is the first largest one], for every n."""

    def compare_label(self, place: int | None, label: Scalar) -> Scalar:
        """[place = label], the label being a class number."""

    def maximum(self, values: Sequence[Scalar]) -> Scalar:
        """The largest value, the first of them where several are largest."""

    def log_sum_exp(self, values: Sequence[Scalar]) -> Scalar:
        """log of the sum of exp, for at least one value."""

    def entry(self, value: Scalar) -> Scalar:
        """What is stored as an entry of a tensor once its value is known."""


SLOPES: Mapping[str, Callable[[Algebra, Scalar, Scalar], Scalar]] = {
    "sigmoid": lambda _, __, y: y * (1 + -1 * y),
    "tanh": lambda _, __, y: 1 + -1 * y * y,
    "exp": lambda _, __, y: y,
    "log": lambda algebra, x, _: algebra.power(Fraction(-1))(x),
    "relu": lambda algebra, x, _: algebra.function("step")(x),
    "step": lambda algebra, _, __: algebra.number(Fraction(0)),
    "softplus": lambda algebra, x, _: algebra.function("sigmoid")(x),
    "absolute": lambda algebra, x, _: _sign(algebra, x),
    "sin": lambda algebra, x, _: algebra.function("cos")(x),
    "cos": lambda algebra, x, _: -1 * algebra.function("sin")(x),
    "erf": lambda algebra, x, _: _bell(algebra, x),
}
"""f'(x) from the algebra, x and f(x): s(1 - s), 1 - t^2, e, 1/x, step(x), 0, ..."""


def _bell(algebra: Algebra, x: Scalar) -> Scalar:
    """2 / sqrt(pi) exp(-x^2)."""
    scale = algebra.power(Fraction(-1, 2))(algebra.constant(math.pi, "pi"))
    return 2 * scale * algebra.function("exp")(-1 * x * x)


def _sign(algebra: Algebra, x: Scalar) -> Scalar:
    """[x > 0] - [-x > 0], which is 0 at 0."""
    step = algebra.function("step")
    return step(x) + -1 * step(-1 * x)


def stable_log_sum_exp(algebra: Algebra, values: Sequence[Scalar]) -> Scalar:
    """m + log sum exp(x - m), m being the largest x: nothing overflows."""
    # log sum exp x = m + log sum exp(x - m) for any m; with the largest x no exponent is positive.
    largest = values[algebra.first_maximiser(values)]
    exp, total = algebra.function("exp"), algebra.number(0)
    for value in values:
        total = total + exp(value + -1 * largest)
    return largest + algebra.function("log")(total)


def unknown_function(name: str) -> Unsupported:
    """The refusal of a function that has no meaning here."""
    return Unsupported(
        f"the function '{name}' has no meaning in the interpreter",
        help=f"known here: {', '.join(sorted(SLOPES))}",
    )


def unwrap_value(x: Any) -> Any:
    """The plain number inside a scalar of any algebra: every wrapper holds it as its `value`."""
    while hasattr(x, "value"):
        x = x.value
    return x


class KnownChoices(ABC):
    """What algebras have in common in which a maximum has one winner and a label one class."""

    @abstractmethod
    def number(self, value: int | Fraction) -> Any:
        """The scalar that stands for a rational number."""

    @abstractmethod
    def first_maximiser(self, values: Sequence[Scalar]) -> int:
        """The position of the first largest value."""

    def mark_winner(self, values: Sequence[Scalar]) -> Sequence[Scalar]:
        """1 for the first largest value, 0 for the others."""
        best = self.first_maximiser(values)
        return [self.number(int(n == best)) for n in range(len(values))]

    def compare_label(self, place: int | None, label: Scalar) -> Scalar:
        """1 if the label is the class number `place`, else 0."""
        return self.number(int(place == unwrap_value(label)))


class OrderedScalars(KnownChoices):
    """What algebras of comparable numbers have in common."""

    def first_maximiser(self, values: Sequence[Scalar]) -> int:
        best = 0
        for position, value in enumerate(values):
            # Strictly greater: the first of equals stays.
            if value > values[best]:
                best = position
        return best

    def maximum(self, values: Sequence[Scalar]) -> Scalar:
        return values[self.first_maximiser(values)]

    def entry(self, value: Scalar) -> Scalar:
        return value
