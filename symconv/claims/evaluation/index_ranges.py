"""The ranges of indices: written limits, or what is meant where they are left out.

An index that counts an axis runs over all entries. An index that is added to another one, as in
x_{i+m}, runs over the window of the layer; where there is no window, over all values for which the
entries exist. A window that may start at several places is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from symconv.claims.model.errors import MOST_LIMIT, ClaimError, NotChecked
from symconv.claims.model.facts import Facts
from symconv.claims.model.tree import Entry, Limit, Node, Symbol

from .index_uses import Use, common, uses_of
from .indices import Environment, whole_number
from .window_geometry import Window, all_windows, windows_of

if TYPE_CHECKING:
    from .evaluate import Options

Ends = tuple[int | None, int | None]


@dataclass(frozen=True)
class Span:
    """The values of a summed index; `said` is how limits that are left out are read.

    `unknown` says that they depend on an index without a value, so that these are too many.
    """

    values: range
    said: str = ""
    unknown: bool = False


def span_of(limit: Limit, body: Node, env: Environment, facts: Facts, options: Options) -> Span:
    """The values of a bound index: its limits, or what is meant without them."""
    ends = tuple(
        None if x is None else whole_number(x, env, facts) for x in (limit.low, limit.high)
    )
    for written, end in zip((limit.low, limit.high), ends, strict=True):
        if written is not None and not isinstance(end, int):
            raise NotChecked(f"the limits of the sum over {limit.name} are no numbers here")
    low, high = (end if isinstance(end, int) else None for end in ends)
    if low is not None and high is not None:
        found = Span(range(low, high + 1))
    else:
        found = Unsaid(limit, env, facts, options).span(body, (low, high))
    count = found.values.stop - found.values.start
    if count > MOST_LIMIT:
        raise ClaimError(f"a sum of {count:,} terms", help=f"at most {MOST_LIMIT:,} are added")
    return found


@dataclass(frozen=True)
class Unsaid:
    """A summed index without one of its limits, or both."""

    limit: Limit
    env: Environment
    facts: Facts
    options: Options

    def span(self, body: Node, ends: Ends) -> Span:
        """The values that are meant."""
        name = self.limit.name
        layers = _layers(name, body, self.facts)
        if layers is not None:
            return _between(layers, ends)
        uses = uses_of(name, body, self.env, self.facts, self.options)
        counted = _counted(uses, self.options.base)
        if counted is not None:
            return _between(counted, ends)
        inside = [r for u in uses if not u.others(name, self.facts) and (r := self._inside(u))]
        if inside:
            return _between(common(inside), ends)
        if not uses:
            raise NotChecked(f"the index '{name}' has no range")
        return self._added(uses, ends)

    def _inside(self, use: Use) -> range | None:
        return use.inside(self.limit.name, self.env, self.facts, self.options.base)

    def _added(self, uses: list[Use], ends: Ends) -> Span:
        """The values of an index that is only added to others."""
        moving = [u for u in uses if self._moves(u)]
        windows = {w for u in moving for w in self._windows(u)}
        if moving and not windows:
            windows = all_windows(self.facts)
        known = [r for u in uses if (r := self._inside(u)) is not None]
        if windows:
            window = self._window(windows, ends)
            said = f"{window.start}..{window.stop - 1}, the range of the window"
            return Span(common([window, *known]), said)
        said = "all values for which the entries exist"
        if known:
            return Span(_between(common(known), ends).values, said)
        return Span(_between(_reach(uses, self.options.base), ends).values, said, unknown=True)

    def _moves(self, use: Use) -> bool:
        """Whether the index may be the one that moves within a window, and the others a place."""
        return not use.others(self.limit.name, self.facts) & self.options.kernel

    def _windows(self, use: Use) -> set[Window]:
        if use.axis is None:
            return set()
        return windows_of(self.facts, use.key, use.axis, signal=use.signal)

    def _window(self, windows: set[Window], ends: Ends) -> range:
        """The range over the one window; refused where there are several, or several starts."""
        extents = sorted({w.extent for w in windows})
        low, high = ends
        if len(extents) > 1:
            sizes = " or ".join(map(str, extents))
            raise self.refusal(f"it may run over windows of {sizes}", extents[0])
        if low is None and high is not None:
            return range(high - extents[0] + 1, high + 1)
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


def _between(implied: range, ends: Ends) -> Span:
    """A range with the limits that are written."""
    low, high = ends
    found = range(implied.start if low is None else low, implied.stop if high is None else high + 1)
    return Span(found, f"{found.start}..{found.stop - 1}")


def _layers(name: str, body: Node, facts: Facts) -> range | None:
    """The numbers of all layers, where the index is one."""
    entries = [n for n in body.walk() if isinstance(n, Entry)]
    if not any(e.layer is not None and _has(e.layer, name) for e in entries):
        return None
    found = [n for ns in facts.layers.values() for n in ns if n is not None]
    return range(min(found, default=1), max(found, default=1) + 1)


def implied_range(name: str, body: Node, env: Environment, facts: Facts, options: Options) -> range:
    """All values of a free index for which some entry that it appears in may exist."""
    layers = _layers(name, body, facts)
    if layers is not None:
        return layers
    uses = uses_of(name, body, env, facts, options)
    if not uses:
        raise NotChecked(f"the index '{name}' has no range")
    return _counted(uses, options.base) or _reach(uses, options.base)


def _counted(uses: list[Use], base: int) -> range | None:
    """The entries of the shortest axis that the index counts; None where it counts none."""
    counted = [u.extent for u in uses if isinstance(u.index, Symbol)]
    return range(base, base + min(counted)) if counted else None


def _reach(uses: list[Use], base: int) -> range:
    """All values with which an index that is added to others may lead to an entry."""
    reach = max(u.longest for u in uses)
    return range(base - reach, base + reach + 1)


def _has(node: Node, name: str) -> bool:
    return any(isinstance(n, Symbol) and n.name == name for n in node.walk())
