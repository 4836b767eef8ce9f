"""Switches of numbers that differ by a known one: clipped values, in whatever form."""

from fractions import Fraction
from random import Random

import pytest

from symconv.claims.evaluation.modular_field import ModularField
from symconv.claims.evaluation.pattern_algebra import PatternAlgebra

SHAPES = ("x", "number", "number", "relu", "relu", "max", "min", "absolute", "sum", "minus")
GRID = [Fraction(n, 4) for n in range(-32, 33)]
"""Bends lie at halves of whole numbers that are small, so that what is equal here is equal."""


def draw_formula(random, depth):
    """A tree of maxima, minima and switches of one unknown."""
    shape = random.choice(SHAPES if depth else SHAPES[:2])
    if shape in {"x", "number"}:
        return (shape, random.randint(-2, 2))
    count = 2 if shape in {"max", "min", "sum"} else 1
    return (shape, *(draw_formula(random, depth - 1) for _ in range(count)))


class Numbers:
    """The same rules in plain numbers."""

    number = staticmethod(Fraction)
    maximum = staticmethod(max)

    def function(self, name):
        return abs if name == "absolute" else lambda x: max(x, Fraction(0))


def work_out(formula, x, algebra):
    """What a formula is worth, in numbers or in patterns."""
    shape, *parts = formula
    if shape in {"x", "number"}:
        return x if shape == "x" else algebra.number(parts[0])
    values = [work_out(part, x, algebra) for part in parts]
    rules = {
        "sum": lambda: values[0] + values[-1],
        "minus": lambda: values[0] * -1,
        "max": lambda: algebra.maximum(values),
        "min": lambda: algebra.maximum([v * -1 for v in values]) * -1,
    }
    return rules[shape]() if shape in rules else algebra.function(shape)(values[0])


def is_zero_in_patterns(one, two, seed):
    algebra = PatternAlgebra(ModularField(seed))
    x = algebra.field.residue(algebra.field.hash_text("x"))
    return not algebra.terms_of(work_out(one, x, algebra) + work_out(two, x, algebra) * -1)


def is_zero_on_grid(one, two):
    return all(work_out(one, x, Numbers()) == work_out(two, x, Numbers()) for x in GRID)


@pytest.mark.parametrize("depth", [2, 3])
def test_what_is_equal_in_patterns_is_equal_in_numbers(depth):
    """Two formulas are equal in patterns only if they are in numbers, and mostly where they are."""
    random = Random(depth)
    equal = decided = 0
    for seed in range(120):
        one, two = (draw_formula(random, depth) for _ in "ab")
        for first, second in ((one, two), (one, ("max", one, ("minus", one)))):
            truth = is_zero_on_grid(first, second)
            found = is_zero_in_patterns(first, second, seed)
            assert truth or not found, (first, second)
            equal += truth
            decided += found
    assert equal > 8
    assert decided > 0.9 * equal


CLIPPED = ("max", ("number", -1), ("min", ("number", 1), ("x", 0)))
SAME = [
    ("min", ("number", 1), ("max", ("number", -1), ("x", 0))),
    ("sum", ("relu", ("sum", ("x", 0), ("number", 1))),
     ("sum", ("number", -1), ("minus", ("relu", ("sum", ("x", 0), ("number", -1)))))),
]  # fmt: skip
OTHERS = [
    ("max", ("number", -1), ("min", ("number", 2), ("x", 0))),
    ("max", ("number", 0), ("min", ("number", 1), ("x", 0))),
]


@pytest.mark.parametrize("other", [*SAME, *OTHERS])
def test_a_clipped_number_is_one_in_all_its_forms(other):
    assert (
        is_zero_in_patterns(CLIPPED, other, 1) == (other in SAME) == is_zero_on_grid(CLIPPED, other)
    )
