"""The sizes at which a claim for open sizes is tried: beyond its numbers, and all different."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import count, product
from random import Random
from weakref import WeakKeyDictionary, ref

from sympy import Expr, Symbol

from symconv.claims.model.code_nodes import CodeAssignment, LoopRange
from symconv.claims.model.context import DifferentiableNetwork, NetworkContext, build_context
from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Condition,
    Exponentiation,
    Identifier,
    IndexSlice,
    Numeral,
    Statement,
    Subscript,
    Summation,
    SyntaxNode,
    TensorReference,
)
from symconv.core.equation import Program
from symconv.core.errors import SymconvError
from symconv.semantics.index_arithmetic import Sizes, as_integer
from symconv.semantics.sizes import find_image_sizes, pick_drawn_sizes, pick_sizes

LARGEST_BOUND = 64
"""Beyond which whole number of a claim sizes are still drawn; larger ones are said to be missed.

An axis of 66 entries is run in no time as long as the other axes are short.
"""

MOST_TERMS = 15_000
"""How many terms a run at drawn sizes may visit, so that a dozen choices fit into a verdict."""

ATTEMPTS = 300
"""How many draws of sizes may fail before a choice is left out, and said to be missed."""

GENERAL, READING_DRAWS = 3, 8
"""Every third seed draws sizes without strides of 1 and paddings of 0, where formulas agree that
differ elsewhere; of so many draws the cheapest is what a claim is read and explained by."""

LARGE = 4_000
"""From how many terms a run on a cheaper choice is looked for: an example takes 50 runs."""

SMALL = 3
"""The largest of the sizes beside one that is large. Smaller numbers of a claim are met anyway."""

GROWTHS = (1, 2, 3, 4, 6, 9)
"""How many times as large an image is drawn for an extent behind strides to be large."""

ORDER_ATTEMPTS = 40
"""How many draws may fail to put one size above others: a window is never above its image."""

PATIENCE = 100
"""After how many draws sizes may be equal: two strides of a network with few fitting sizes."""

FEWEST_CHOICES = 3
"""At how many choices of all sizes every claim is tried at least."""

MOST_CHOICES = 8
"""At how many choices of all sizes a claim is tried at most: enough for degree 6 in every size."""


@dataclass(frozen=True)
class SizeNeeds:
    """What a claim asks of the sizes it is tried at.

    A whole number in an index, a limit or a condition is met by chance where a size is as large, so
    that every size has to be larger once (`beyond`). A polynomial of a degree vanishes at as many
    values, so that every size takes more values than that.
    """

    beyond: int
    degree: int


def find_size_needs(statement: Statement, context: NetworkContext) -> SizeNeeds:
    """The needs of a statement."""
    numbers = [n for part in statement.parts for n in _structural_numbers(part, inside=False)]
    # x_{i-5} and x_{i+9} exist together where there are more than 14 entries.
    reach = sum(sorted(set(numbers))[-2:])
    names = frozenset(context.size_names)
    degree = max(_degree(part, names) for part in statement.parts)
    return SizeNeeds(reach, degree)


def _structural_numbers(node: SyntaxNode, *, inside: bool) -> Iterator[int]:
    """The whole numbers within indices, limits and conditions, and those added to something.

    `H - 3` is 3 for the same reason as x_3: a size of 3 hides it.
    """
    if isinstance(node, Numeral):
        if inside and node.value.denominator == 1:
            yield abs(node.value.numerator)
        return
    if isinstance(node, TensorReference):
        for index in node.indices or ():
            yield from _structural_numbers(index, inside=True)
        return
    if isinstance(node, Summation):
        for limit in node.limits:
            for side in limit.children():
                yield from _structural_numbers(side, inside=True)
        yield from _structural_numbers(node.body, inside=inside)
        return
    if isinstance(node, Exponentiation):
        yield from _structural_numbers(node.base, inside=inside)
        return
    inner = inside or _counts_places(node)
    inner = inner or (isinstance(node, BinaryExpression) and node.operator in {"+", "-"})
    for child in node.children():
        yield from _structural_numbers(child, inside=inner)


def _counts_places(node: SyntaxNode) -> bool:
    """Whether whole numbers directly below say where something is, or how often."""
    named = isinstance(node, CodeAssignment) and isinstance(node.value, Numeral)
    return named or isinstance(node, Condition | IndexSlice | LoopRange | Subscript)


def _degree(node: SyntaxNode, sizes: frozenset[str]) -> int:
    """The degree in the sizes, quotients brought to one denominator; a sum over a size adds one."""
    if isinstance(node, Identifier):
        return int(node.name in sizes)
    if isinstance(node, TensorReference):
        return 0
    if isinstance(node, Exponentiation) and isinstance(node.exponent, Numeral):
        return _degree(node.base, sizes) * abs(int(node.exponent.value))
    below = [_degree(child, sizes) for child in node.children()]
    if isinstance(node, BinaryExpression) and node.operator not in {"+", "-"}:
        return sum(below)
    return max(below, default=0) + isinstance(node, Summation)


class SizeChoices:
    """Contexts at several sizes, drawn one after the other when they are asked for.

    `planned` is how many there are at most. `found` are those that were drawn; `missed` is what no
    drawn sizes cover.
    """

    def __init__(
        self, network: DifferentiableNetwork, first: NetworkContext, needs: SizeNeeds
    ) -> None:
        # A network that its own values held would never be forgotten.
        self.network = ref(network)
        self.program = first.program
        self.needs = needs
        self.free = first.program.free_sizes if first.sizes else ()
        self.images = find_image_sizes(first.program)
        self.at_once = min(max(FEWEST_CHOICES, needs.degree + 2), MOST_CHOICES)
        self.extents = _list_computed_extents(first.program)
        planned = 2 + self.at_once + 2 * len(self.free) + len(self.extents)
        self.planned = planned if first.sizes else 1
        self.found = [first]
        self.missed: list[str] = []
        self._rest = self._draw_rest() if first.sizes else iter(())

    def __iter__(self) -> Iterator[NetworkContext]:
        for number in count():
            if number == len(self.found):
                following = next(self._rest, None)
                if following is None:
                    return
                self.found.append(following)
            yield self.found[number]

    def _draw_rest(self) -> Iterator[NetworkContext]:
        # One more than the numbers of the claim and a small size together: H - W - 7.
        beyond = min(self.needs.beyond, LARGEST_BOUND) + SMALL + 1
        for number in range(1, self.at_once + 1):
            # All sizes at once, small and different.
            different = SizeDraw(self.images, self.needs.degree + 3)
            context = self._draw(different, number)
            # Many sizes that are all different may be too much to run; as many small ones are not.
            context = context or self._draw(replace(different, most=SMALL), number)
            if context is not None:
                yield context
        # All beyond the numbers of the claim: two of them may have to meet.
        context = self._draw(SizeDraw(self.images, beyond + 2, least=beyond), 0)
        if context is not None:
            yield context
        for number, symbol in enumerate(self.free):
            # One size after the other beyond every number of the claim, the others being small.
            large = SizeDraw(self.images, SMALL, symbol, beyond + number % 2)
            context = self._draw(large, number)
            if context is not None:
                yield context
            elif self.needs.beyond > SMALL:
                self.missed.append(f"{symbol} > {beyond - 1}")
            yield from self._draw_above(symbol)
        for extent in self.extents if self.needs.beyond else ():
            yield from self._draw_extent(extent, beyond)
        if len(self.found) <= min(self.at_once, self.needs.degree):
            self.missed.append("some of the sizes that a formula of this degree needs")
        if self.needs.beyond > LARGEST_BOUND:
            self.missed.append(f"sizes near {self.needs.beyond}")

    def _draw_above(self, symbol: Symbol) -> Iterator[NetworkContext]:
        """One size above twice every other one, as far as it can be.

        A sum up to the wrong size is the whole sum wherever that size is the larger one.
        """
        large = SizeDraw(self.images, SMALL, symbol, 2 * SMALL + 1)
        waiting = self._not_outgrown(symbol)
        context = self._draw(replace(large, lower=waiting), 0, ORDER_ATTEMPTS) if waiting else None
        if context is not None:
            yield context
            return
        for one in sorted(waiting, key=str):
            context = self._draw(replace(large, lower=frozenset({one})), 0, ORDER_ATTEMPTS)
            if context is not None:
                yield context

    def _not_outgrown(self, symbol: Symbol) -> frozenset[Symbol]:
        drawn = [context.size_map for context in self.found]
        others = (s for s in self.free if s != symbol)
        return frozenset(s for s in others if all(2 * x[s] >= x[symbol] for x in drawn))

    def _draw_extent(self, extent: Expr, beyond: int) -> Iterator[NetworkContext]:
        """A computed extent beyond the numbers of the claim: behind strides, too."""
        if any(as_integer(extent, c.size_map) >= beyond for c in self.found):
            return
        for growth, symbol in product(GROWTHS, sorted(self.images, key=str)):
            large = SizeDraw(self.images, SMALL, symbol, growth * beyond)
            context = self._draw(large, growth, ORDER_ATTEMPTS)
            if context is not None and as_integer(extent, context.size_map) >= beyond:
                yield context
                return
        if self.needs.beyond > SMALL:
            self.missed.append(f"{extent} > {beyond - 1}")

    def _draw(self, draw: SizeDraw, seed: int, attempts: int = ATTEMPTS) -> NetworkContext | None:
        """The context at some sizes of a kind that can be run; None where none were found."""
        network = self.network()
        assert network is not None, "who asks for the sizes of a network holds it"
        counted = [s for s in self.free if s.is_positive]
        tried = count(0 if draw.can_differ(counted) else PATIENCE)

        def accept(sizes: Sizes) -> bool:
            chosen = [sizes[s] for s in counted]
            # Small sizes beside a large one are often equal, which other choices make up for.
            alike = not draw.large and len(set(chosen)) < len(chosen)
            if alike and next(tried) < PATIENCE:
                return False
            try:
                return build_context(network, sizes).work <= MOST_TERMS
            except SymconvError:
                # Far too much to run: other sizes are drawn.
                return False

        sizes = pick_drawn_sizes(self.program, seed, draw, accept, attempts)
        return None if sizes is None else build_context(network, sizes)


def _list_computed_extents(program: Program) -> list[Expr]:
    """The extents of axes that are computed from sizes, each once."""
    extents = {n for t in program.tensors for n in t.shape if n.free_symbols}
    return sorted((n for n in extents if n not in program.free_sizes), key=str)


_CHOICES: WeakKeyDictionary[DifferentiableNetwork, dict[SizeNeeds, SizeChoices]] = (
    WeakKeyDictionary()
)
_CONTEXTS: WeakKeyDictionary[DifferentiableNetwork, NetworkContext] = WeakKeyDictionary()


def reading_context(network: DifferentiableNetwork) -> NetworkContext:
    """The context at small sizes, by which statements are read; made once."""
    if network not in _CONTEXTS:
        found = build_context(network)
        if found.sizes and found.work > LARGE:
            seeds = range(GENERAL, GENERAL * READING_DRAWS, GENERAL)
            others = (build_context(network, pick_sizes(found.program, n)) for n in seeds)
            found = min((found, *others), key=lambda context: context.work)
        _CONTEXTS[network] = found
    return _CONTEXTS[network]


def choose_sizes(network: DifferentiableNetwork, needs: SizeNeeds) -> SizeChoices:
    """The contexts for such a claim, the one for reading first; each is made once."""
    known = _CHOICES.setdefault(network, {})
    if needs not in known:
        known[needs] = SizeChoices(network, reading_context(network), needs)
    return known[needs]


IMAGE_ROOM = 4
"""How much larger than its least size an image is drawn at most: a stride of 2 needs that."""


@dataclass(frozen=True)
class SizeDraw:
    """How sizes are drawn: from `least` to `most`, but for one that is `large`.

    Images are small, too, or such that a large window fits into them; those in `lower` are below
    half of the large size.
    """

    images: AbstractSet[Symbol]
    most: int
    symbol: Symbol | None = None
    large: int = 0
    least: int = 1
    lower: frozenset[Symbol] = frozenset()

    def can_differ(self, symbols: Sequence[Symbol]) -> bool:
        """Whether there are as many numbers as symbols, where one is not large."""
        others = sum(s not in self.images for s in symbols)
        highest = max(self.most, max(2, self.least) + IMAGE_ROOM)
        return others <= self.most - self.least + 1 and len(symbols) <= highest - self.least + 1

    def __call__(self, symbol: Symbol, random: Random) -> int:
        if symbol == self.symbol:
            return self.large
        if symbol in self.images:
            if symbol in self.lower:
                return random.randint(2, (self.large - 1) // 2)
            least = max(2, self.least)
            most = random.choice((least, self.large + least)) + IMAGE_ROOM
            return random.randint(least, most)
        least = self.least if symbol.is_positive else 0
        return random.randint(least, max(least, self.most))
