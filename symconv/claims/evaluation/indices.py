"""Indices of a claim: their values, the entry they mean, and the ranges that are left unsaid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any

from symconv.claims.model.errors import ClaimError, NotChecked
from symconv.claims.model.facts import Facts, Shape
from symconv.claims.model.tree import Binary, Entry, Negative, Node, Number, Power, Symbol

if TYPE_CHECKING:
    pass

Environment = Mapping[str, int]
Exact = Fraction | int
MOST_INDEX_BITS = 40


class UntiedError(ClaimError):
    """A shared bias that is written with a position."""


def whole_number(node: Node, env: Environment, facts: Facts) -> Exact | None:
    """The value of an index expression; None where a name in it has no value here."""
    value = RULES.get(type(node), _unknown)(node, env, facts)
    if value is None or isinstance(value, int):
        return value
    return int(value) if value.denominator == 1 else value


def _number(node: Number, _env: Environment, _facts: Facts) -> Exact:
    value = node.value
    return value.numerator if value.denominator == 1 else value


def _symbol(node: Symbol, env: Environment, facts: Facts) -> Exact | None:
    found = env.get(node.name)
    return facts.size_names.get(node.name) if found is None else found


def _negative(node: Negative, env: Environment, facts: Facts) -> Exact | None:
    value = whole_number(node.body, env, facts)
    return None if value is None else -value


def _power(node: Power, env: Environment, facts: Facts) -> Exact | None:
    base = whole_number(node.base, env, facts)
    exponent = whole_number(node.exponent, env, facts)
    if base is None or not isinstance(exponent, int):
        return None
    if abs(exponent) * base.numerator.bit_length() > MOST_INDEX_BITS or (not base and exponent < 0):
        raise ClaimError("a power in an index or a limit that is too large", help="a small number")
    return Fraction(base) ** exponent


def _binary(node: Binary, env: Environment, facts: Facts) -> Exact | None:
    a, b = whole_number(node.left, env, facts), whole_number(node.right, env, facts)
    if a is None or b is None:
        return None
    if node.operator == "/":
        return Fraction(a, b) if b else None
    if node.operator in {"+", "-"}:
        return a + b if node.operator == "+" else a - b
    return a * b


def _unknown(_node: Node, _env: Environment, _facts: Facts) -> None:
    return None


RULES: Mapping[type[Node], Callable[[Any, Environment, Facts], Exact | None]] = {
    Number: _number,
    Symbol: _symbol,
    Negative: _negative,
    Power: _power,
    Binary: _binary,
}


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
        raise UntiedError("the network has one number here, shared by all positions")
    if len(values) != len(trimmed):
        raise ClaimError(f"{len(values)} indices for {len(shape)} axes")
    rest = iter(values)
    return _in_shape([0 if n == 1 else next(rest) for n in shape], shape)
