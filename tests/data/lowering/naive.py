"""What equations say, entry by entry, in plain Python."""

import itertools
import math
from fractions import Fraction

import numpy as np
from sympy import Add, KroneckerDelta, Mul, Pow, Sum, Symbol, exp, log, tanh
from sympy.tensor.indexed import Indexed

from symconv.core.nodes import Box, LogSumExp, MaxOver, OneHot, relu, sigmoid, step

POINTWISE = {
    relu: lambda x: max(x, 0),
    step: lambda x: float(x > 0),
    sigmoid: lambda x: 1 / (1 + math.exp(-x)),
    tanh: math.tanh,
    exp: math.exp,
    log: math.log,
}


def number(e, env):
    """The value of an index or size expression, exactly."""
    match e:
        case Symbol():
            return env[e]
        case Add():
            return sum(number(a, env) for a in e.args)
        case Mul():
            return math.prod(number(a, env) for a in e.args)
        case Pow():
            return number(e.args[0], env) ** int(e.args[1])
    return Fraction(e.p, e.q)


def entry(e, env, arrays, absent=0.0):
    """One entry of a tensor, or what stands for it out of bounds."""
    array = np.asarray(arrays[str(e.base.label)])
    place = [number(x, env) for x in e.indices][: array.ndim]
    inside = all(x.denominator == 1 and 0 <= x < n for x, n in zip(place, array.shape, strict=True))
    return float(array[tuple(int(x) for x in place)]) if inside else absent


def grid(limits, env):
    """Every assignment of the bound indices, row-major."""
    names = [x for x, _, _ in limits]
    extents = [int(number(high, env)) + 1 for _, _, high in limits]
    for values in itertools.product(*map(range, extents)):
        yield {**env, **dict(zip(names, map(Fraction, values), strict=True))}


def body(maximum, env, arrays):
    inner = maximum.function
    if isinstance(inner, Indexed):
        return entry(inner, env, arrays, -math.inf)
    return naive(inner, env, arrays)


def naive(e, env, arrays):  # noqa: C901, PLR0911
    """The value of a formula at one assignment of its free indices."""
    match e:
        case Indexed():
            return entry(e, env, arrays)
        case Sum():
            return sum(naive(e.function, x, arrays) for x in grid(e.limits, env))
        case MaxOver():
            return max(body(e, x, arrays) for x in grid(e.limits, env))
        case LogSumExp():
            return math.log(sum(math.exp(body(e, x, arrays)) for x in grid(e.limits, env)))
        case OneHot():
            values = [body(e.maximum, x, arrays) for x in grid(e.maximum.limits, env)]
            places = list(grid(e.maximum.limits, env))
            first = places[values.index(max(values))]
            names = [x for x, _, _ in e.maximum.limits]
            here = [number(p, env) for p in e.position]
            return float([first[x] for x in names] == here)
        case KroneckerDelta():
            return float(number(e.args[0], env) == number(e.args[1], env))
        case Box():
            place = Fraction(number(e.place, env))
            return float(place.denominator == 1 and 0 <= place < number(e.extent, env))
        case Add():
            return sum(naive(a, env, arrays) for a in e.args)
        case Mul():
            return math.prod(naive(a, env, arrays) for a in e.args)
        case Pow():
            return naive(e.args[0], env, arrays) ** naive(e.args[1], env, arrays)
    if e.func in POINTWISE:
        return POINTWISE[e.func](naive(e.args[0], env, arrays))
    return float(number(e, env))


def run_naively(tensors, equations, arrays, sizes):
    """Every equation, one entry after the other."""
    env = {s: Fraction(x) for s, x in sizes.items()}
    found = dict(arrays)
    for equation in equations:
        tensor = tensors[equation.key]
        shape = tuple(int(number(x, env)) for x in tensor.shape)
        found[equation.key] = np.zeros(shape)
        for here in grid([(x, 0, extent - 1) for x, extent in equation.ranges], env):
            place = tuple(int(number(x, here)) for x in equation.lhs.indices)
            found[equation.key][place] = naive(equation.rhs, here, found)
    return found
