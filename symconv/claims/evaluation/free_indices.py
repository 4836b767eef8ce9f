"""The free indices of a claim: which they are, their ranges, and the values that are tried."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from itertools import chain, cycle, islice, product, zip_longest
from math import prod
from random import Random

from sympy import Expr, Symbol, expand

from symconv.claims.model.context import NetworkContext
from symconv.claims.model.syntax_tree import (
    Differential,
    Identifier,
    Subscript,
    Summation,
    SyntaxNode,
    TensorReference,
)
from symconv.core.equation import Equation
from symconv.core.errors import SymconvError
from symconv.semantics.index_arithmetic import as_integer

from .evaluator import Options
from .index_expressions import Environment, evaluate_index, is_rounded, resolve_key


def find_free_indices(
    nodes: tuple[SyntaxNode, ...], context: NetworkContext, known: frozenset[str]
) -> list[str]:
    """The indices that no sum binds, in the order in which they appear."""
    return list(dict.fromkeys(n.name for n in find_free_identifiers(nodes, context, known)))


def find_free_identifiers(
    nodes: tuple[SyntaxNode, ...], context: NetworkContext, known: frozenset[str]
) -> Iterator[Identifier]:
    """Every place at which a free index stands."""
    for node in nodes:
        for symbol in _free(node, frozenset(), within=False):
            if symbol.name not in context.size_names and symbol.name not in known:
                yield symbol


def _free(node: SyntaxNode, bound: frozenset[str], *, within: bool) -> Iterator[Identifier]:
    """The free symbols that stand within an index, a layer or a limit."""
    if isinstance(node, Identifier):
        if within and node.name not in bound:
            yield node
        return
    if isinstance(node, Summation):
        for limit in node.limits:
            for side in limit.children():
                yield from _free(side, bound, within=True)
        yield from _free(node.body, bound | {x.name for x in node.limits}, within=within)
        return
    if isinstance(node, TensorReference | Subscript):
        layer = node.layer if isinstance(node, TensorReference) else None
        for item in (*(node.indices or ()), *((layer,) if layer else ())):
            yield from _free(item, bound, within=True)
        if isinstance(node, Subscript):
            yield from _free(node.base, bound, within=within)
        return
    for child in node.children():
        yield from _free(child, bound, within=within)


SEED = 1
"""Any seed would do; a fixed one tries the same values at every run."""

Ranges = Sequence[tuple[str, range]]


def sample_environments(
    ranges: Ranges, most: int, near: Collection[int] = frozenset()
) -> list[Environment]:
    """All values, or as many as `most`: near the ends of every range, and some at random.

    What depends on an index changes near the ends of its range, where windows are cut off, and next
    to the numbers that a claim compares it with (`near`).
    """
    names, spans = [n for n, _ in ranges], [s for _, s in ranges]
    count = prod(map(len, spans))
    if count <= most:
        return [dict(zip(names, values, strict=True)) for values in product(*spans)]
    # Half for the ends, half at random: with many indices the ends alone would use up everything.
    marks = [[*_ends(span), *_next_to(near, span)] for span in spans]
    chosen = dict.fromkeys(islice(product(*map(_ends, spans)), most // 4))
    if prod(map(len, marks)) <= most // 4:
        chosen |= dict.fromkeys(product(*marks))
    middle = [span[len(span) // 2] for span in spans]
    chosen |= dict.fromkeys(_one_by_one(marks, middle, most // 2))
    random = Random(SEED)  # noqa: S311 - test numbers, not secrets
    for number in random.sample(range(count), most - len(chosen)):
        chosen[_nth(number, spans)] = None
    return [dict(zip(names, values, strict=True)) for values in chosen]


def _ends(span: range) -> list[int]:
    """The outermost values first, then the ones next to them, then one in the middle."""
    found = (span[0], span[-1], span[min(1, len(span) - 1)], span[max(0, len(span) - 2)])
    return list(dict.fromkeys((*found, span[len(span) // 2])))


def _next_to(numbers: Collection[int], span: range) -> list[int]:
    """The values that are some numbers, counted from either end of a range, or next to one."""
    found = {m + d for n in numbers for m in (n, span.stop - n) for d in (-1, 0, 1)}
    return sorted(n for n in found if n in span)


def _one_by_one(
    marks: Sequence[Sequence[int]], middle: Sequence[int], most: int
) -> Iterator[tuple[int, ...]]:
    """Every marked value of every index by turns, the others in the middle of their ranges."""
    turns = chain.from_iterable(zip_longest(*map(dict.fromkeys, marks)))
    found = (
        (*middle[:n], value, *middle[n + 1 :])
        for n, value in zip(cycle(range(len(marks))), turns, strict=False)
        if value is not None
    )
    return islice(found, most)


def _nth(number: int, spans: Sequence[range]) -> tuple[int, ...]:
    """The n-th choice of values, the last index running fastest."""
    found = []
    for span in reversed(spans):
        number, place = divmod(number, len(span))
        found.append(span[place])
    return tuple(reversed(found))


Coefficients = dict[int, str]


def infer_block_ranges(
    parts: tuple[SyntaxNode, ...], context: NetworkContext, options: Options
) -> dict[str, range]:
    """The ranges of the indices of every entry that is split as its derivative is."""
    found: dict[str, range] = {}
    for part in parts:
        for by in _derivative_entries(part):
            with suppress(SymconvError):
                found |= _ranges_of_entry(by, context, options)
    left = parts[0]
    if isinstance(left, TensorReference) and left.indices and not left.kind:
        with suppress(SymconvError):
            # A value by its formula: y[2 i + m] = x[i] is for all m of a block.
            made = context.forward.equation(resolve_key(left, {}, context, options.delta))
            found |= _ranges_of_places(left, made, context, options)
    return found


def _derivative_entries(part: SyntaxNode) -> Iterator[TensorReference]:
    for n in part.walk():
        by = n.by if isinstance(n, Differential) else n
        if isinstance(by, TensorReference) and by.indices and (by is not n or by.kind):
            yield by


def _ranges_of_entry(
    by: TensorReference, context: NetworkContext, options: Options
) -> dict[str, range]:
    result = context.deltas.get(resolve_key(by, {}, context, options.delta))
    equation = context.program.equation(result.key) if result else None
    return _ranges_of_places(by, equation, context, options)


def _ranges_of_places(
    by: TensorReference, equation: Equation | None, context: NetworkContext, options: Options
) -> dict[str, range]:
    """The ranges of the indices of an entry, axis by axis as its equation has them."""
    places = () if equation is None else equation.lhs.indices
    found: dict[str, range] = {}
    for node, place in zip(by.indices or (), places, strict=False):
        if not place.is_Symbol and equation is not None:
            found |= _ranges_of_axis(node, place, equation, context, options)
    return found


def _ranges_of_axis(
    node: SyntaxNode, place: Expr, equation: Equation, context: NetworkContext, options: Options
) -> dict[str, range]:
    """The indices of one axis, matched by their coefficients; nothing where they do not match."""
    said, meant = _claim_coefficients(node, context), _equation_coefficients(place, context)
    extents = {str(v): as_integer(n, context.size_map) for v, n in equation.ranges}
    if not said and not is_rounded(node):
        # At a scale of 1 both indices of `s i + m` have the coefficient 1: their letters tell.
        names = {n.name for n in node.walk() if isinstance(n, Identifier)} & extents.keys()
        free = {str(s) for s in place.atoms(Symbol)} & extents.keys()
        return {n: range(options.base, options.base + extents[n]) for n in names if names == free}
    if said.keys() != meant.keys():
        return {}
    return {
        name: range(options.base, options.base + extents[meant[slope]])
        for slope, name in said.items()
    }


def _claim_coefficients(node: SyntaxNode, context: NetworkContext) -> Coefficients:
    """The coefficient of every index of a written place."""
    names = sorted(
        {n.name for n in node.walk() if isinstance(n, Identifier)} - set(context.size_names)
    )
    if is_rounded(node):
        return {}
    zero = evaluate_index(node, dict.fromkeys(names, 0), context)
    found: Coefficients = {}
    for name in names:
        one = evaluate_index(node, {**dict.fromkeys(names, 0), name: 1}, context)
        if isinstance(one, int) and isinstance(zero, int):
            found[one - zero] = name
    return found if len(found) == len(names) else {}


def _equation_coefficients(place: Expr, context: NetworkContext) -> Coefficients:
    """The same for a place of a derived equation."""
    indices = [s for s in place.atoms(Symbol) if not s.is_nonnegative]
    return {as_integer(expand(place).coeff(v), context.size_map): str(v) for v in indices}
