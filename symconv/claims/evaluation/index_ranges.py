"""The ranges of indices: written limits, or what is meant where they are left out.

An index that counts an axis runs over all entries. An index that is added to another one, as in
x_{i+m}, runs over the window of the layer; where there is no window, over all values for which the
entries exist. A window that may start at several places is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from symconv.claims.model.context import NetworkContext
from symconv.claims.model.errors import MOST_LIMIT, ClaimError, NotChecked
from symconv.claims.model.syntax_tree import (
    Condition,
    Identifier,
    SumRange,
    SyntaxNode,
    TensorReference,
)

from .index_expressions import Environment, evaluate_index
from .index_uses import (
    IndexUse,
    IndexWindow,
    find_all_windows,
    find_index_uses,
    find_windows,
    intersect_ranges,
)

if TYPE_CHECKING:
    from .evaluator import Options

Ends = tuple[int | None, int | None]


@dataclass(frozen=True)
class IndexRange:
    """The values of a summed index; `said` is how limits that are left out are read.

    `unknown` says that they depend on an index without a value, so that these are too many.
    """

    values: range
    said: str = ""
    unknown: bool = False


def resolve_range(
    limit: SumRange, body: SyntaxNode, env: Environment, context: NetworkContext, options: Options
) -> IndexRange:
    """The values of a bound index: its limits, or what is meant without them."""
    ends = tuple(
        None if x is None else evaluate_index(x, env, context) for x in (limit.low, limit.high)
    )
    for written, end in zip((limit.low, limit.high), ends, strict=True):
        if written is not None and not isinstance(end, int):
            raise NotChecked(f"the limits of the sum over {limit.name} are no numbers here")
    low, high = (end if isinstance(end, int) else None for end in ends)
    if low is not None and high is not None:
        found = IndexRange(range(low, high + 1))
    else:
        found = ImpliedRange(limit, env, context, options).span(body, (low, high))
    # Counted, not listed, and refused before anything is added.
    count = found.values.stop - found.values.start
    if count > MOST_LIMIT:
        raise ClaimError(f"a sum of {count:,} terms", help=f"at most {MOST_LIMIT:,} are added")
    return found


@dataclass(frozen=True, eq=False)
class KnownRanges:
    """The ranges of one index of one sum that were worked out, by what they depend on.

    A sum asks for the range of its inner index at every value of its outer one, and most ranges
    depend on none of them. The sum is kept, so that no other one gets its identity.
    """

    limit: SumRange
    body: SyntaxNode
    context: NetworkContext
    names: tuple[str, ...]
    found: dict[tuple[object, ...], IndexRange] = field(default_factory=dict)


def recall_range(
    limit: SumRange, body: SyntaxNode, env: Environment, context: NetworkContext, options: Options
) -> IndexRange:
    """The same as `resolve_range`, worked out once for all values that it does not depend on."""
    key = id(limit), id(body), id(context), options.base, options.delta, options.kernel
    known = options.ranges.get(key)
    if known is None:
        names = tuple(sorted(_names_beside(limit, body)))
        known = options.ranges[key] = KnownRanges(limit, body, context, names)
    values = tuple(map(env.get, known.names))
    if values not in known.found:
        known.found[values] = resolve_range(limit, body, env, context, options)
    return known.found[values]


def _names_beside(limit: SumRange, body: SyntaxNode) -> set[str]:
    """The names in the limits of an index, and in every entry or bracket that has the index."""
    nodes = [n for side in (limit.low, limit.high) if side is not None for n in side.walk()]
    for entry in (n for n in body.walk() if isinstance(n, TensorReference | Condition)):
        inside = list(entry.walk())
        if any(isinstance(n, Identifier) and n.name == limit.name for n in inside):
            nodes += inside
    return {n.name for n in nodes if isinstance(n, Identifier)} - {limit.name}


@dataclass(frozen=True)
class ImpliedRange:
    """A summed index without one of its limits, or both."""

    limit: SumRange
    env: Environment
    context: NetworkContext
    options: Options

    def span(self, body: SyntaxNode, ends: Ends) -> IndexRange:
        """The values that are meant."""
        name = self.limit.name
        layers = _layer_range(name, body, self.context)
        if layers is not None:
            return _apply_limits(layers, ends)
        uses = find_index_uses(name, body, self.env, self.context, self.options)
        counted = _axis_range(uses, self.options.base)
        if counted is not None:
            return _apply_limits(counted, ends)
        inside = [r for u in uses if not u.others(name, self.context) and (r := self._inside(u))]
        if inside:
            return _apply_limits(intersect_ranges(inside), ends)
        if not uses:
            return self._in_bracket(body)
        return self._added(uses, ends)

    def _in_bracket(self, body: SyntaxNode) -> IndexRange:
        """The one value at which [b = b'] is 1, for an index that counts nothing."""
        name = self.limit.name
        for condition in (n for n in body.walk() if isinstance(n, Condition)):
            sides = (condition.left, condition.right)
            for one, other in (sides, sides[::-1]):
                if condition.relation == "=" and one == Identifier(name):
                    value = evaluate_index(other, self.env, self.context)
                    if isinstance(value, int):
                        said = "the one value that its bracket allows"
                        return IndexRange(range(value, value + 1), said)
        raise NotChecked(f"the index '{name}' has no range")

    def _inside(self, use: IndexUse) -> range | None:
        return use.inside(self.limit.name, self.env, self.context, self.options.base)

    def _added(self, uses: list[IndexUse], ends: Ends) -> IndexRange:
        """The values of an index that is only added to others."""
        moving = [u for u in uses if self._moves(u)]
        windows = {w for u in moving for w in self._windows(u)}
        if moving and not windows:
            windows = find_all_windows(self.context)
        known = [r for u in uses if (r := self._inside(u)) is not None]
        if windows:
            window = self._window(windows, ends)
            said = f"{window.start}..{window.stop - 1}, the range of the window"
            return IndexRange(intersect_ranges([window, *known]), said)
        said = "all values for which the entries exist"
        if known:
            return IndexRange(_apply_limits(intersect_ranges(known), ends).values, said)
        return IndexRange(
            _apply_limits(_reachable_range(uses, self.options.base), ends).values,
            said,
            unknown=True,
        )

    def _moves(self, use: IndexUse) -> bool:
        """Whether the index may be the one that moves within a window, and the others a place."""
        return not use.others(self.limit.name, self.context) & self.options.kernel

    def _windows(self, use: IndexUse) -> set[IndexWindow]:
        if use.axis is None:
            return set()
        return find_windows(self.context, use.key, use.axis, signal=use.signal)

    def _window(self, windows: set[IndexWindow], ends: Ends) -> range:
        """The range over the one window; refused where there are several, or several starts."""
        extents = sorted({w.extent for w in windows})
        low, high = ends
        if len(extents) > 1:
            sizes = " or ".join(map(str, extents))
            raise self.refusal(f"it may run over windows of {sizes}", extents[0])
        if low is None and high is not None:
            return range(high - extents[0] + 1, high + 1)
        # Counted from 1, or with a padding, a window may begin at m = 0, at m = 1 or at -p.
        if low is None and (self.options.base or not all(w.plain for w in windows)):
            raise self.refusal("its window may start at several places", extents[0])
        first = low or 0
        return range(first, first + extents[0])

    def refusal(self, why: str, extent: int) -> ClaimError:
        """One line that says what is missing."""
        name, base = self.limit.name, self.options.base
        return ClaimError(
            f"the sum over {name} has no limits, and {why}",
            position=self.limit.span,
            help=f"\\sum_{{{name}={base}}}^{{{base + extent - 1}}}",
        )


def _apply_limits(implied: range, ends: Ends) -> IndexRange:
    """A range with the limits that are written."""
    low, high = ends
    found = range(implied.start if low is None else low, implied.stop if high is None else high + 1)
    return IndexRange(found, f"{found.start}..{found.stop - 1}")


def _layer_range(name: str, body: SyntaxNode, context: NetworkContext) -> range | None:
    """The numbers of all layers, where the index is one."""
    entries = [n for n in body.walk() if isinstance(n, TensorReference)]
    if not any(e.layer is not None and _has_name(e.layer, name) for e in entries):
        return None
    found = [n for ns in context.layers.values() for n in ns if n is not None]
    return range(min(found, default=1), max(found, default=1) + 1)


def infer_range(
    name: str, body: SyntaxNode, env: Environment, context: NetworkContext, options: Options
) -> range:
    """All values of a free index for which some entry that it appears in may exist."""
    layers = _layer_range(name, body, context)
    if layers is not None:
        return layers
    uses = find_index_uses(name, body, env, context, options)
    if not uses:
        raise NotChecked(f"the index '{name}' has no range")
    return _axis_range(uses, options.base) or _reachable_range(uses, options.base)


def _axis_range(uses: list[IndexUse], base: int) -> range | None:
    """The entries of the shortest axis that the index counts; None where it counts none."""
    counted = [u.extent for u in uses if isinstance(u.index, Identifier)]
    return range(base, base + min(counted)) if counted else None


def _reachable_range(uses: list[IndexUse], base: int) -> range:
    """All values with which an index that is added to others may lead to an entry."""
    reach = max(u.longest for u in uses)
    return range(base - reach, base + reach + 1)


def _has_name(node: SyntaxNode, name: str) -> bool:
    return any(isinstance(n, Identifier) and n.name == name for n in node.walk())
