"""Entries for running generated code: floats, rationals, symbols and class numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod, sqrt
from random import Random

from sympy import Basic, Expr, Integer, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Program, find_ignored_classes, labels_outside
from symconv.core.errors import Unsupported
from symconv.core.nodes import Equals
from symconv.core.tensor import Tensor, key_of
from symconv.semantics.algebra import Reals
from symconv.semantics.index_arithmetic import Place, Sizes, as_integer

from .evaluation_point import EntrySource, EvaluationPoint, evaluate_program

SPANS = ((0.25, 1.5, (-1, 1)), (0.25, 1.5, (1,)), (0.05, 0.95, (1,)), (0.01, 0.1, (1,)))
"""From, to and signs: the first span at which everything has a value is taken."""


def draw_float_point(program: Program, sizes: dict[Symbol, int], seed: int) -> EvaluationPoint:
    """A trial at random floats."""
    problem: Exception | None = None
    for span in SPANS:
        entry = _float_entries(Random(seed), sizes, find_label_classes(program, sizes), span)  # noqa: S311
        try:
            made = evaluate_program(program, sizes, Reals(), entry)
            assert made.slopes, "a program has tensors"
        except (ArithmeticError, ValueError) as error:
            problem = error
        else:
            return made
    raise Unsupported(f"the program has no value at random entries: {problem}")


def _float_entries(
    random: Random,
    sizes: Sizes,
    labels: Mapping[str, LabelClasses],
    span: tuple[float, float, tuple[int, ...]],
) -> EntrySource:
    """Floats in the span; parameters are scaled so that sums over their entries stay around 1."""
    low, high, signs = span

    def entry(tensor: Tensor, place: Place) -> float:
        if tensor.key in labels:
            return labels[tensor.key].draw(random, place)
        many = tensor.role == "parameter"
        # 1 / sqrt(number of inputs), as networks are initialised: a sum of so many random products
        # stays around 1, and tanh and sigmoid are not saturated, where a wrong slope would not
        # show.
        inputs = prod(as_integer(n, sizes) for n in tensor.shape[1:]) if many else 1
        sign = 1 if tensor.positive else random.choice(signs)
        return random.uniform(low, high) * sign / sqrt(inputs)

    return entry


def rational_entries(random: Random, labels: Mapping[str, LabelClasses]) -> EntrySource:
    """Small integers as exact numbers."""

    def entry(tensor: Tensor, place: Place) -> Fraction | int:
        if tensor.key in labels:
            return labels[tensor.key].draw(random, place)
        return Fraction(random.randint(1 if tensor.positive else -4, 4))

    return entry


def symbol_entry(tensor: Tensor, place: Place) -> Symbol:
    """A symbol named after the entry."""
    return Symbol(f"{tensor.key}[{','.join(map(str, place))}]")


@dataclass(frozen=True)
class LabelClasses:
    """How many classes the labels of a tensor choose from, and the labels that do not count."""

    count: int
    ignored: frozenset[int] = frozenset()

    def draw(self, random: Random, place: Place) -> int:
        """A class or a label that is ignored; the first sample has one that counts.

        A mean over none has no value.
        """
        labels = (*range(self.count), *labels_outside(self.ignored, Integer(self.count)))
        counted = [n for n in range(self.count) if n not in self.ignored]
        if any(place) or not counted:
            return labels[random.randrange(len(labels))]
        return random.choice(counted)


def find_label_classes(program: Program, sizes: Sizes) -> dict[str, LabelClasses]:
    """The classes of every tensor of labels, by its key."""
    ignored = find_ignored_classes(program.equations)
    counts = count_label_classes(program, sizes)
    return {key: LabelClasses(n, ignored.get(key, frozenset())) for key, n in counts.items()}


def count_label_classes(program: Program, sizes: Sizes) -> dict[str, int]:
    """How many classes the labels of a tensor choose from, by the tensor's key.

    A tensor whose entries a tensor of labels copies has labels, too.
    """
    found: dict[str, int] = {}
    for equation in program.equations:
        for key, count in _label_extents(equation.rhs, dict(equation.ranges)):
            number = as_integer(count, sizes)
            found[key] = min(number, found.get(key, number))
    for equation in program.equations[::-1]:
        if equation.key in found and isinstance(equation.rhs, Indexed):
            number, source = found[equation.key], key_of(equation.rhs)
            found[source] = min(number, found.get(source, number))
    return found


def _label_extents(e: Basic, extents: Mapping[Basic, Expr]) -> Iterator[tuple[str, Expr]]:
    """Each tensor that an index is compared with, and the extent of that index."""
    if isinstance(e, Equals) and isinstance(e.label, Indexed) and not e.place.is_number:
        if e.place not in extents:
            raise Unsupported(f"'{e.place}' is compared with a label and is no index")
        yield key_of(e.label), extents[e.place]
    bound = {v: high + 1 for v, _, high in e.limits} if isinstance(e, ExprWithLimits) else {}
    for a in e.args:
        yield from _label_extents(a, {**extents, **bound})
