"""Small random sizes and hyper-parameters for a program whose sizes are symbols."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from random import Random

from sympy import Add, Basic, Expr, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Program, Ranges, SizeDefinition
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


def pick_sizes(program: Program, seed: int, accept: Accept = lambda _: True) -> dict[Symbol, int]:
    """A random value for every size symbol of the program; see `SizeDraws.pick`."""
    return SizeDraws(program).pick(seed, accept)


@dataclass
class SizeDraws:
    """The random sizes of one program, drawn once however often they are asked for.

    Whoever asks for every equation of a program keeps one of these: what fits a program of a
    thousand layers is found by looking at all of them.
    """

    program: Program
    _drawn: dict[int, list[_Draw]] = field(default_factory=dict)
    _coming: dict[int, Iterator[_Draw]] = field(default_factory=dict)

    def pick(self, seed: int, accept: Accept = lambda _: True) -> dict[Symbol, int]:
        """A random value for every size symbol of the program; no values where it has none.

        Every defined size is at least 1, every shape is positive, no window of a maximum is empty,
        and `accept` agrees (it is asked for the amount of work, for example; a program without size
        symbols leaves no choice). Every third seed keeps clear of strides, dilations and output
        sizes of 1 and of padding 0, where many formulas agree that differ elsewhere. SymconvError
        where no draw fits.
        """
        free = self.program.free_sizes
        if not free:
            concrete: dict[Symbol, int] = {}
            define_sizes(self.program.sizes, concrete)
            return concrete
        found = next((d for d in self._draws(seed) if accept(d.sizes) and d.full_windows), None)
        if found is None:
            raise SymconvError(
                "no small sizes satisfy all constraints of the program",
                help=f"the sizes that were drawn: {', '.join(map(str, free))}",
            )
        return dict(found.sizes)

    def _draws(self, seed: int) -> Iterator[_Draw]:
        """The draws of a seed whose shapes are valid, those that are known already first."""
        drawn = self._drawn.setdefault(seed, [])
        if seed not in self._coming:
            self._coming[seed] = _draw_valid_sizes(self.program, seed)
        yield from drawn
        for draw in self._coming[seed]:
            drawn.append(draw)
            yield draw


@dataclass
class _Draw:
    """Sizes with valid shapes, and whether no window of a maximum is empty with them."""

    program: Program
    sizes: dict[Symbol, int]

    @cached_property
    def full_windows(self) -> bool:
        return _has_full_windows(self.program, self.sizes)


def _draw_valid_sizes(program: Program, seed: int) -> Iterator[_Draw]:
    """Different sizes with which every shape is valid, until enough were tried."""
    seen: set[tuple[int, ...]] = set()
    random = Random(seed)  # noqa: S311 - test numbers, not secrets
    images = find_image_sizes(program)
    for attempt in range(ATTEMPTS):
        # Later on whatever fits will do: with stride 2 a small image may have no second output.
        general = seed % 3 == 0 and attempt < ATTEMPTS // 2
        sizes = {
            s: _draw_size(s, random, image=s in images, general=general) for s in program.free_sizes
        }
        drawn = (general, *sizes.values())
        # Refusing the same sizes again would cost as much as the first time.
        if drawn in seen:
            continue
        seen.add(drawn)
        least = 2 if general else 1
        if define_sizes(program.sizes, sizes, least) and _has_valid_shapes(program, sizes, least):
            yield _Draw(program, sizes)


def pick_drawn_sizes(
    program: Program, seed: int, draw: Draw, accept: Accept, attempts: int
) -> dict[Symbol, int] | None:
    """Sizes of which each is drawn by `draw`; None where none of so many attempts fits."""
    random = Random(seed)  # noqa: S311 - test numbers, not secrets
    for _ in range(attempts):
        sizes = {s: draw(s, random) for s in program.free_sizes}
        valid = define_sizes(program.sizes, sizes) and _has_valid_shapes(program, sizes, 1)
        if valid and accept(sizes) and _has_full_windows(program, sizes):
            return sizes
    return None


def find_image_sizes(program: Program) -> set[Symbol]:
    """The sizes of images: a shape or an output size is such a size plus or minus something."""
    computed: set[Expr] = {n for t in program.tensors for n in t.shape if isinstance(n, Add)}
    computed |= {d.numerator for d in program.sizes}
    return {s for s in program.free_sizes if any(e.coeff(s) == 1 for e in computed)}


def _draw_size(symbol: Symbol, random: Random, *, image: bool, general: bool) -> int:
    """Images from 2 to 9, other positive sizes from 1 to 3, amounts from 0 to 2."""
    if not symbol.is_positive:
        return random.randint(1 if general else 0, 2)
    if image:
        # Of an image of 9, two strided layers leave something; in one of 2 every window lies on a
        # border.
        return random.randint(2, 9)
    return random.randint(2 if general else 1, 3)


def define_sizes(
    definitions: tuple[SizeDefinition, ...], sizes: dict[Symbol, int], least: int = 1
) -> bool:
    """Add the defined sizes, floor(numerator / stride) + 1; false where one is too small."""
    waiting = list(definitions)
    while waiting:
        left: list[SizeDefinition] = []
        # One pass is enough where each stands behind what it is made of, as those of layers do.
        for d in waiting:
            if not (d.numerator.free_symbols | d.stride.free_symbols) <= sizes.keys():
                left.append(d)
                continue
            room, stride = evaluate_size(d.numerator, sizes), evaluate_size(d.stride, sizes)
            sizes[d.symbol] = int(room // stride) + 1
            if sizes[d.symbol] < least:
                return False
        if len(left) == len(waiting):
            raise SymconvError(f"the size '{left[0].symbol}' is defined by itself")
        waiting = left
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
