"""Indices of a claim: their values, the entry they mean, and the ranges that are left unsaid."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import ceil, floor, prod
from typing import TYPE_CHECKING, Any

from symconv.claims.model.context import NetworkContext, Shape
from symconv.claims.model.errors import ClaimError, NotChecked
from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Exponentiation,
    FunctionCall,
    Identifier,
    Numeral,
    SyntaxNode,
    TensorReference,
    UnaryMinus,
)
from symconv.core.errors import list_some

if TYPE_CHECKING:
    pass

Environment = Mapping[str, int]
IndexValue = Fraction | int
MOST_INDEX_BITS = 40
"""The most binary digits, about, of a power in an index or a limit.

What is meant is k^2, or 2^l.
"""


class UntiedError(ClaimError):
    """A shared bias that is written with a position."""


def evaluate_index(
    node: SyntaxNode, env: Environment, context: NetworkContext
) -> IndexValue | None:
    """The value of an index expression; None where a name in it has no value here."""
    value = RULES.get(type(node), _unknown)(node, env, context)
    if value is None or isinstance(value, int):
        return value
    return int(value) if value.denominator == 1 else value


def _number(node: Numeral, _env: Environment, _facts: NetworkContext) -> IndexValue:
    value = node.value
    return value.numerator if value.denominator == 1 else value


def _symbol(node: Identifier, env: Environment, context: NetworkContext) -> IndexValue | None:
    found = env.get(node.name)
    return context.size_names.get(node.name) if found is None else found


def _negative(node: UnaryMinus, env: Environment, context: NetworkContext) -> IndexValue | None:
    value = evaluate_index(node.body, env, context)
    return None if value is None else -value


def _power(node: Exponentiation, env: Environment, context: NetworkContext) -> IndexValue | None:
    base = evaluate_index(node.base, env, context)
    exponent = evaluate_index(node.exponent, env, context)
    if base is None or not isinstance(exponent, int):
        return None
    if abs(exponent) * base.numerator.bit_length() > MOST_INDEX_BITS or (not base and exponent < 0):
        raise ClaimError("a power in an index or a limit that is too large", help="a small number")
    return Fraction(base) ** exponent


def _binary(node: BinaryExpression, env: Environment, context: NetworkContext) -> IndexValue | None:
    a, b = evaluate_index(node.left, env, context), evaluate_index(node.right, env, context)
    if a is None or b is None:
        return None
    if node.operator == "/":
        return Fraction(a, b) if b else None
    if node.operator in {"+", "-"}:
        return a + b if node.operator == "+" else a - b
    return a * b


def _function(node: FunctionCall, env: Environment, context: NetworkContext) -> IndexValue | None:
    """Floor, ceiling, remainder, the larger and the smaller one."""
    rule = INDEX_RULES.get(node.function)
    values = [evaluate_index(a, env, context) for a in node.arguments]
    known = [v for v in values if v is not None]
    if rule is None or node.primes or len(known) < len(values) or not values:
        return None
    if node.function == "modulo" and not known[-1]:
        raise ClaimError("a remainder of a division by 0", help="i \\bmod 2")
    return rule(*known) if len(known) in ARGUMENTS[node.function] else None


COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge,
}  # fmt: skip
"""Relations between indices and numbers; what tensors hold is compared by switches."""

INDEX_RULES: Mapping[str, Callable[..., IndexValue]] = {
    "floor": floor, "ceil": ceil, "modulo": lambda a, b: a - b * floor(Fraction(a) / b),
    "max": max, "min": min,
}  # fmt: skip
ARGUMENTS = {"floor": {1}, "ceil": {1}, "modulo": {2}, "max": {2, 3}, "min": {2, 3}}
FLOORS = {"floor", "ceil", "modulo"}
"""Functions of an index that are not affine, however few values of theirs are looked at."""


def is_rounded(node: SyntaxNode) -> bool:
    """Whether an index expression has a function in it."""
    return any(isinstance(n, FunctionCall) for n in node.walk())


def _unknown(_node: SyntaxNode, _env: Environment, _facts: NetworkContext) -> None:
    return None


RULES: Mapping[
    type[SyntaxNode], Callable[[Any, Environment, NetworkContext], IndexValue | None]
] = {
    Numeral: _number,
    Identifier: _symbol,
    UnaryMinus: _negative,
    Exponentiation: _power,
    BinaryExpression: _binary,
    FunctionCall: _function,
}


def resolve_key(
    node: TensorReference, env: Environment, context: NetworkContext, delta: str
) -> str:
    """The key of the tensor that an entry belongs to."""
    letter = node.letter
    layer = None if node.layer is None else evaluate_index(node.layer, env, context)
    if node.counted and isinstance(layer, int):
        return _counted_key(node, layer, context)
    if node.kind and not letter:
        return _delta_key(layer, context, delta)
    layers = context.layers.get(letter, [])
    # A letter without layers: a superscript on it was read as a power.
    if layers == [None] or not layers:
        return letter
    if layer is None and len(layers) == 1:
        layer = layers[0]
    key = letter if layer is None else f"{letter}^{layer}"
    if key in context.tensors:
        return key
    if layer == 0 and (found := context.at_depth(letter, 0)):
        return found
    known = ", ".join(k for k in sorted(context.tensors) if k.split("^")[0] == letter)
    raise ClaimError(f"the network has no '{key}'", help=f"it has {known}")


def unknown_name(name: str, context: NetworkContext) -> NotChecked:
    """What is said of a name that nothing in the network has: the names that there are."""
    known = list_some(tensor.key for tensor in context.forward.tensors)
    return NotChecked(f"the network has no '{name}'; it has {known}")


def _counted_key(node: TensorReference, layer: int, context: NetworkContext) -> str:
    """The tensor of a letter in a layer; of a bare delta, what the layer computes."""
    found = context.at_depth(node.letter, layer) if node.letter else context.made_in(layer)
    if not found:
        named = node.letter or "error signal"
        raise ClaimError(f"the network has no '{named}' in layer {layer}")
    return found


def _delta_key(layer: Fraction | int | None, context: NetworkContext, delta: str) -> str:
    keys = [t.name.plain for t in context.deltas.values() if t.role == "delta"]
    chosen = [n for n in keys if n.letter == delta] or keys
    for name in chosen:
        if layer is None or name.layer is None or name.layer == layer:
            return name.key
    raise ClaimError(f"the network has no error signal of layer {layer}")


def delta_letters(node: TensorReference, context: NetworkContext) -> tuple[str, ...]:
    """The letters whose error signal a bare delta may be."""
    found: dict[str, None] = {}
    rank = len(node.indices) if node.indices else 0
    for tensor in context.deltas.values():
        name = tensor.name.plain
        layer = int(node.layer.value) if isinstance(node.layer, Numeral) else None
        ranks = {len(tensor.shape), 1, sum(n != 1 for n in context.shape(tensor))}
        fits = layer is None or name.layer in {None, layer}
        if tensor.role == "delta" and fits and (not rank or rank in ranks):
            found[name.letter] = None
    return tuple(found)


def resolve_place(
    indices: tuple[SyntaxNode, ...],
    env: Environment,
    shape: Shape,
    base: int,
    context: NetworkContext,
) -> tuple[int, ...] | None:
    """The place counted from 0 that indices mean; None where it is no entry."""
    values = []
    for node in indices:
        value = evaluate_index(node, env, context)
        if value is None:
            names = sorted(
                n.name
                for n in node.walk()
                if isinstance(n, Identifier)
                and n.name not in env
                and n.name not in context.size_names
            )
            raise NotChecked(f"the index '{', '.join(names) or '?'}' has no range")
        if not isinstance(value, int):
            return None
        values.append(value - base)
    return _place_in_shape(values, shape)


def _place_in_shape(values: list[int], shape: Shape) -> tuple[int, ...] | None:
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
    return _place_in_shape([0 if n == 1 else next(rest) for n in shape], shape)
