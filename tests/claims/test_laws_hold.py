"""The laws of exponents and angles in residues: what is equal there is equal in numbers."""

import math
from fractions import Fraction
from random import Random

import pytest

from symconv.claims.evaluation.exponent_laws import ExponentLawField
from symconv.claims.evaluation.modular_field import Undefined

POINTS = [(0.3, -1.1), (1.7, 0.4), (-0.9, -0.6), (2.2, 1.3)]


def draw_formula(random, depth):
    """A tree of exp, log, sin, cos, sums and products of two unknowns."""
    shape = random.choice(("x", "y", "number") if depth == 0 else SHAPES)
    if shape in {"x", "y"}:
        return (shape,)
    if shape == "number":
        return (shape, random.choice((-1, 1, 2, 3)))
    count = 2 if shape in {"+", "*"} else 1
    return (shape, *(draw_formula(random, depth - 1) for _ in range(count)))


SHAPES = ("x", "y", "number", "+", "+", "*", "exp", "exp", "log", "sin", "cos", "1/")


def rewrite(random, f):
    """The formula after a rule, true or false, at some of its places."""
    shape, *parts = f
    if shape in {"x", "y", "number"}:
        return f
    here = (shape, *(rewrite(random, p) for p in parts))
    rules = [rule for rule in RULES.get(shape, ()) if rule(*here[1:]) is not None]
    return random.choice(rules)(*here[1:]) if rules and random.random() < 0.7 else here


def of_sum(rule):
    return lambda a: rule(*a[1:]) if a[0] == "+" else None


def of_product(rule):
    return lambda a: rule(*a[1:]) if a[0] == "*" else None


def minus(a):
    return ("*", ("number", -1), a)


RULES = {
    "exp": [
        of_sum(lambda a, b: ("*", ("exp", a), ("exp", b))),
        of_sum(lambda a, b: ("+", ("exp", a), ("exp", b))),
        lambda a: ("1/", ("exp", minus(a))),
        lambda a: ("exp", minus(a)),
    ],
    "log": [
        of_product(lambda a, b: ("+", ("log", a), ("log", b))),
        of_sum(lambda a, b: ("+", ("log", a), ("log", b))),
        of_sum(lambda a, b: ("+", ("log", a), ("log", ("+", ("number", 1), ("*", b, ("1/", a)))))),
        of_sum(lambda a, b: ("+", ("log", b), ("log", ("+", ("number", 1), ("*", b, ("1/", a)))))),
        lambda a: minus(("log", ("1/", a))),
        lambda a: ("log", ("1/", a)),
    ],
    "sin": [
        of_sum(lambda a, b: ("+", ("*", ("sin", a), ("cos", b)), ("*", ("cos", a), ("sin", b)))),
        of_sum(lambda a, b: ("+", ("*", ("sin", a), ("cos", b)), ("*", ("sin", a), ("cos", b)))),
        lambda a: minus(("sin", minus(a))),
        lambda a: ("sin", minus(a)),
    ],
    "cos": [
        lambda a: ("+", ("number", 1), minus(("*", ("sin", a), ("sin", a)))),
        lambda a: ("cos", minus(a)),
        of_sum(lambda a, b: ("+", ("*", ("cos", a), ("cos", b)), ("*", ("sin", a), ("sin", b)))),
    ],
    "+": [lambda a, b: ("+", b, a)],
    "*": [lambda a, b: ("*", b, a)],
}


def in_numbers(f, x, y):
    """What a formula is worth; ValueError, ZeroDivisionError or OverflowError where it is not."""
    shape, *parts = f
    if shape in {"x", "y"}:
        return x if shape == "x" else y
    if shape == "number":
        return float(parts[0])
    values = [in_numbers(p, x, y) for p in parts]
    if shape in {"+", "*"}:
        return sum(values) if shape == "+" else math.prod(values)
    return 1 / values[0] if shape == "1/" else getattr(math, shape)(values[0])


def in_residues(f, field):
    shape, *parts = f
    if shape in {"x", "y"}:
        return field.entry(field.residue(field.hash_text(shape)))
    if shape == "number":
        return field.number(parts[0])
    values = [in_residues(p, field) for p in parts]
    if shape in {"+", "*"}:
        return values[0] + values[1] if shape == "+" else values[0] * values[1]
    return (
        field.power(Fraction(-1))(values[0]) if shape == "1/" else field.function(shape)(values[0])
    )


def differ_in_numbers(one, two):
    """Whether a point shows a difference; what has no value anywhere shows none."""
    for x, y in POINTS:
        try:
            a, b = in_numbers(one, x, y), in_numbers(two, x, y)
        except (ValueError, ZeroDivisionError, OverflowError):
            continue
        if abs(a) < 1e6 and abs(a - b) > 1e-6 * (1 + abs(a)):
            return True
    return False


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_what_the_laws_make_equal_is_equal_in_numbers(depth):
    random = Random(depth)
    equal = rewritten = 0
    for seed in range(300):
        one = draw_formula(random, depth)
        two = rewrite(random, one)
        if one == two:
            continue
        field = ExponentLawField(seed)
        try:
            same = in_residues(one, field) == in_residues(two, field)
        except Undefined:
            continue
        rewritten += 1
        equal += same
        assert not (same and differ_in_numbers(one, two)), (one, two)
    assert equal > rewritten / 5
    assert equal < rewritten
