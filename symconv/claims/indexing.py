"""Indices of a claim: their values, the entry they mean, and the ranges that are left unsaid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING

from .facts import Facts, Shape
from .limits import MOST_LIMIT, ClaimError, NotChecked
from .syntax import Binary, Entry, Limit, Negative, Node, Number, Power, Symbol, Total

if TYPE_CHECKING:
    from .evaluate import Options

Environment = Mapping[str, int]


class Untied(ClaimError):
    """A shared bias that is written with a position."""


def whole_number(
    node: Node, env: Environment, facts: Facts, *, fraction: bool = False
) -> Fraction | int | None:
    """The value of an index expression; None where a name in it has no value here."""
    value = _rational(node, env, facts)
    if value is None:
        return None
    if value.denominator == 1:
        return int(value)
    return value if fraction else Fraction(value)


def _rational(node: Node, env: Environment, facts: Facts) -> Fraction | None:  # noqa: PLR0911
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Symbol):
        found = env.get(node.name, facts.size_names.get(node.name))
        return None if found is None else Fraction(found)
    if isinstance(node, Negative):
        value = _rational(node.body, env, facts)
        return None if value is None else -value
    if isinstance(node, Power):
        base, exponent = _rational(node.base, env, facts), _rational(node.exponent, env, facts)
        if base is None or exponent is None or exponent.denominator != 1:
            return None
        if abs(exponent) * base.numerator.bit_length() > 40 or (not base and exponent < 0):
            raise ClaimError(
                "a power in an index or a limit that is too large", help="a small number"
            )
        return base ** int(exponent)
    if not isinstance(node, Binary):
        return None
    a, b = _rational(node.left, env, facts), _rational(node.right, env, facts)
    if a is None or b is None or (node.operator == "/" and not b):
        return None
    return {"+": a + b, "-": a - b, "/": a / b if b else a}.get(node.operator, a * b)


def key_of(node: Entry, env: Environment, facts: Facts, delta: str) -> str:
    """The key of the tensor that an entry belongs to."""
    letter = node.letter
    layer = None if node.layer is None else whole_number(node.layer, env, facts)
    if node.kind and not letter:
        return _delta_key(layer, facts, delta)
    layers = facts.layers.get(letter, [])
    if layers == [None] or not layers:
        return letter
    if layer is None and len(layers) == 1:
        layer = layers[0]
    key = letter if layer is None else f"{letter}^{layer}"
    if key not in facts.tensors:
        known = ", ".join(k for k in sorted(facts.tensors) if k.split("^")[0] == letter)
        raise ClaimError(f"the network has no '{key}'", help=f"it has {known}")
    return key


def _delta_key(layer: Fraction | int | None, facts: Facts, delta: str) -> str:
    keys = [t.name.plain for t in facts.deltas.values() if t.role == "delta"]
    chosen = [n for n in keys if n.letter == delta] or keys
    for name in chosen:
        if layer is None or name.layer is None or name.layer == layer:
            return name.key
    raise ClaimError(f"the network has no error signal of layer {layer}")


def delta_letters(node: Entry, facts: Facts) -> tuple[str, ...]:
    """The letters whose error signal a bare delta may be."""
    found: dict[str, None] = {}
    rank = len(node.indices) if node.indices else 0
    for tensor in facts.deltas.values():
        name = tensor.name.plain
        layer = int(node.layer.value) if isinstance(node.layer, Number) else None
        ranks = {len(tensor.shape), 1, sum(n != 1 for n in facts.shape(tensor))}
        fits = layer is None or name.layer in {None, layer}
        if tensor.role == "delta" and fits and (not rank or rank in ranks):
            found[name.letter] = None
    return tuple(found)


def place_of(
    indices: tuple[Node, ...], env: Environment, shape: Shape, base: int, facts: Facts
) -> tuple[int, ...] | None:
    """The place counted from 0 that indices mean; None where it is no entry."""
    values = []
    for node in indices:
        value = whole_number(node, env, facts)
        if value is None:
            names = sorted(
                n.name
                for n in node.walk()
                if isinstance(n, Symbol) and n.name not in env and n.name not in facts.size_names
            )
            raise NotChecked(f"the index '{', '.join(names) or '?'}' has no range")
        if not isinstance(value, int):
            return None
        values.append(value - base)
    return _in_shape(values, shape)


def _in_shape(values: list[int], shape: Shape) -> tuple[int, ...] | None:
    if len(values) == len(shape):
        return (
            tuple(values) if all(0 <= v < n for v, n in zip(values, shape, strict=True)) else None
        )
    if len(values) == 1:
        (number,) = values
        if not 0 <= number < prod(shape):
            return None
        place = []
        for extent in reversed(shape):
            number, digit = divmod(number, extent)
            place.append(digit)
        return tuple(reversed(place))
    trimmed = [n for n in shape if n != 1]
    if shape == (1,):
        raise Untied("the network has one number here, shared by all positions")
    if len(values) != len(trimmed):
        raise ClaimError(f"{len(values)} indices for {len(shape)} axes")
    rest = iter(values)
    return _in_shape([0 if n == 1 else next(rest) for n in shape], shape)


def span_of(limit: Limit, body: Node, env: Environment, facts: Facts, options: Options) -> range:
    """The range of a bound index: its limits, or all entries of what it indexes."""
    low = None if limit.low is None else whole_number(limit.low, env, facts)
    high = None if limit.high is None else whole_number(limit.high, env, facts)
    if (limit.low is not None and not isinstance(low, int)) or (
        limit.high is not None and not isinstance(high, int)
    ):
        raise NotChecked(f"the limits of the sum over {limit.name} are no numbers here")
    implied = None
    if low is None or high is None:
        implied = implied_range(limit.name, body, env, facts, options)
    first = implied.start if low is None and implied else low
    last = implied.stop - 1 if high is None and implied else high
    assert isinstance(first, int)
    assert isinstance(last, int)
    if last - first + 1 > MOST_LIMIT:
        raise ClaimError(
            f"a sum of {last - first + 1:,} terms", help=f"at most {MOST_LIMIT:,} are added"
        )
    return range(first, last + 1)


def implied_range(name: str, body: Node, env: Environment, facts: Facts, options: Options) -> range:
    """All values for which some entry that the index appears in exists."""
    extents, reach, layers = [], 0, False
    for entry in body.walk():
        if not isinstance(entry, Entry):
            continue
        if entry.layer is not None and _has(entry.layer, name):
            layers = True
        for shape in _shapes(entry, env, facts, options):
            for item, extent in zip(entry.indices or (), _extents(entry, shape), strict=False):
                if isinstance(item, Symbol) and item.name == name:
                    extents.append(extent)
                elif _has(item, name):
                    reach = max(reach, *shape)
    base = options.base
    if layers:
        found = [n for ns in facts.layers.values() for n in ns if n is not None]
        return range(min(found, default=1), max(found, default=1) + 1)
    if extents:
        return range(base, base + min(extents))
    if reach:
        return range(base - reach, base + reach + 1)
    raise NotChecked(f"the index '{name}' has no range")


def _has(node: Node, name: str) -> bool:
    return any(isinstance(n, Symbol) and n.name == name for n in node.walk())


def _shapes(entry: Entry, env: Environment, facts: Facts, options: Options) -> Iterator[Shape]:
    if entry.indices is None:
        return
    if not entry.kind and entry.letter not in facts.layers:
        return
    try:
        key = key_of(entry, env, facts, options.delta)
    except ClaimError:
        return
    yield facts.shape(facts.tensors[key])


def _extents(entry: Entry, shape: Shape) -> Shape:
    count = len(entry.indices or ())
    if count == len(shape):
        return shape
    return (prod(shape),) if count == 1 else tuple(n for n in shape if n != 1)


def free_indices(nodes: tuple[Node, ...], facts: Facts, known: frozenset[str]) -> list[str]:
    """The indices that no sum binds, in the order in which they appear."""
    found: dict[str, None] = {}
    for node in nodes:
        for name in _free(node, frozenset(), within=False):
            if name not in facts.size_names and name not in known:
                found[name] = None
    return list(found)


def _free(node: Node, bound: frozenset[str], *, within: bool) -> Iterator[str]:
    if isinstance(node, Symbol):
        if within and node.name not in bound:
            yield node.name
        return
    if isinstance(node, Total):
        for limit in node.limits:
            for side in (limit.low, limit.high, limit.unequal):
                if side is not None:
                    yield from _free(side, bound, within=True)
        yield from _free(node.body, bound | {x.name for x in node.limits}, within=within)
        return
    if isinstance(node, Entry):
        for item in (*(node.indices or ()), *((node.layer,) if node.layer else ())):
            yield from _free(item, bound, within=True)
        return
    for child in node.children():
        yield from _free(child, bound, within=within)
