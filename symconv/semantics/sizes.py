"""Small random sizes and hyper-parameters for a program whose sizes are symbols."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from random import Random

from sympy import Add, Basic, Expr, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program, Ranges, SizeDefinition
from symconv.core.errors import SymconvError
from symconv.core.nodes import LogSumExp, MaxOver

from .index_arithmetic import Sizes, as_integer, compile_place, evaluate_size
from .work import count_range_values

ATTEMPTS = 2000
"""How many draws of sizes may fail.

The examples need four at most. Networks with many strides and few fitting sizes need more, and only
an impossible constraint uses all of them.
"""

MOST_WINDOW_READS = 1_000_000
"""The most reads among which an empty window is looked for; where there are more, none is assumed.

An empty window shows itself later as a maximum without a value.
"""

Accept = Callable[[Sizes], bool]
Draw = Callable[[Symbol, Random], int]
Reducer = MaxOver | LogSumExp


def pick_sizes(
    program: Program,
    seed: int,
    accept: Accept = lambda _: True,
    draw: Draw | None = None,
    attempts: int = ATTEMPTS,
) -> dict[Symbol, int]:
    """A random value for every size symbol of the program; no values where it has none.

    Every defined size is at least 1, every shape is positive, no window of a maximum is empty, and
    `accept` agrees (it is asked for the amount of work, for example; a program without size symbols
    leaves no choice). Every third seed keeps clear of strides, dilations and output sizes of 1 and
    of padding 0, where many formulas agree that differ elsewhere. `draw` may say itself how a size
    is drawn. SymconvError where none of so many `attempts` fits.
    """
    seen: set[tuple[int, ...]] = set()
    random = Random(seed)  # noqa: S311 - test numbers, not secrets
    free = free_sizes(program)
    if not free:
        concrete: dict[Symbol, int] = {}
        define_sizes(program.sizes, concrete)
        return concrete
    for attempt in range(attempts):
        # Later on whatever fits will do: with stride 2 a small image may have no second output.
        general = draw is None and seed % 3 == 0 and attempt < attempts // 2
        sizes = {
            s: draw(s, random) if draw else _draw_size(s, program, random, general=general)
            for s in free
        }
        drawn = (general, *sizes.values())
        # Refusing the same sizes again would cost as much as the first time.
        if drawn in seen:
            continue
        seen.add(drawn)
        least = 2 if general else 1
        positive = define_sizes(program.sizes, sizes, least) and _has_valid_shapes(
            program, sizes, least
        )
        if positive and accept(sizes) and _has_full_windows(program, sizes):
            return sizes
    raise SymconvError(
        "no small sizes satisfy all constraints of the program",
        help=f"the sizes that were drawn: {', '.join(map(str, free))}",
    )


def free_sizes(program: Program) -> list[Symbol]:
    """The size symbols that no definition gives a value, in a fixed order."""
    found: set[Basic] = set()
    for tensor in program.tensors:
        found |= set().union(*(n.free_symbols for n in tensor.shape))
    for definition in program.sizes:
        found |= definition.numerator.free_symbols | definition.stride.free_symbols
    for equation in program.equations:
        found |= _size_symbols(equation)
    # What has a definition is computed, not drawn.
    found -= {d.symbol for d in program.sizes}
    return sorted((s for s in found if isinstance(s, Symbol)), key=str)


def _size_symbols(equation: Equation) -> set[Basic]:
    """The symbols of an equation that are no index, bound or free, and no tensor's name."""
    sides = (equation.lhs, equation.rhs)
    bound = {v for e in sides for b in e.atoms(ExprWithLimits) for v in b.variables}
    names = {a.base.label for e in sides for a in e.atoms(Indexed)}
    extents = set().union(*(n.free_symbols for _, n in equation.ranges))
    ranges = {v for v, _ in equation.ranges}
    return set().union(*(e.atoms(Symbol) for e in sides), extents) - bound - names - ranges


def _draw_size(symbol: Symbol, program: Program, random: Random, *, general: bool) -> int:
    """Images from 2 to 9, other positive sizes from 1 to 3, amounts from 0 to 2."""
    if not symbol.is_positive:
        return random.randint(1 if general else 0, 2)
    if is_image_size(symbol, program):
        # Of an image of 9, two strided layers leave something; in one of 2 every window lies on a
        # border.
        return random.randint(2, 9)
    return random.randint(2 if general else 1, 3)


def is_image_size(symbol: Symbol, program: Program) -> bool:
    """Whether windows slide along axes of this size, which leaves a smaller size."""
    computed = [n for t in program.tensors for n in t.shape if isinstance(n, Add)]
    return any(e.coeff(symbol) == 1 for e in (*computed, *(d.numerator for d in program.sizes)))


def define_sizes(
    definitions: tuple[SizeDefinition, ...], sizes: dict[Symbol, int], least: int = 1
) -> bool:
    """Add the defined sizes, floor(numerator / stride) + 1; false where one is too small."""
    waiting = list(definitions)
    while waiting:
        ready = [
            d for d in waiting if (d.numerator.free_symbols | d.stride.free_symbols) <= sizes.keys()
        ]
        if not ready:
            raise SymconvError(f"the size '{waiting[0].symbol}' is defined by itself")
        for d in ready:
            sizes[d.symbol] = (
                int(evaluate_size(d.numerator, sizes) // evaluate_size(d.stride, sizes)) + 1
            )
            if sizes[d.symbol] < least:
                return False
        waiting = [d for d in waiting if d.symbol not in sizes]
    return True


def _has_valid_shapes(program: Program, sizes: Sizes, least: int) -> bool:
    """Whether all extents are positive integers, and at least `least` where they are computed."""
    extents = [n for t in program.tensors for n in t.shape]
    found = [(evaluate_size(n, sizes), least if isinstance(n, Add) else 1) for n in extents]
    return all(n >= low and n.denominator == 1 for n, low in found)


def _has_full_windows(program: Program, sizes: Sizes) -> bool:
    """Whether every window of a maximum or log-sum-exp has an entry."""
    return all(
        _has_no_empty_window(reducer, outer, sizes)
        for equation in program.equations
        for reducer, outer in _reducers(equation.rhs, equation.ranges)
    )


def _reducers(e: Basic, outer: Ranges) -> Iterator[tuple[Reducer, Ranges]]:
    """Every reducer of a formula, with the ranges of the indices around it."""
    if isinstance(e, Reducer):
        yield e, outer
    if isinstance(e, ExprWithLimits):
        outer = (*outer, *((v, high + 1) for v, _, high in e.limits))
    for a in e.args:
        yield from _reducers(a, outer)


def _has_no_empty_window(reducer: Reducer, around: Ranges, sizes: Sizes) -> bool:
    """Whether no window of a reducer is empty."""
    body: Expr = reducer.function
    bound = [(v, high + 1) for v, _, high in reducer.limits]
    ranges = {v: n for v, n in around if v in reducer.free_symbols}
    if (
        not isinstance(body, Indexed)
        or count_range_values((*ranges.items(), *bound), sizes) > MOST_WINDOW_READS
    ):
        return True
    slots = {v: n for n, v in enumerate([*ranges, *(v for v, _ in bound)])}
    place = compile_place(body.indices, sizes, slots)
    spans = [range(as_integer(n, sizes)) for n in body.base.shape]
    windows = product(*(range(as_integer(n, sizes)) for n in ranges.values()))
    kernel = list(product(*(range(as_integer(n, sizes)) for _, n in bound)))
    return all(
        any(all(p in s for p, s in zip(place([*w, *k]), spans, strict=True)) for k in kernel)
        for w in windows
    )
