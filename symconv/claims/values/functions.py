"""Functions of a claim: activations and their derivatives, window and matrix operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from symconv.claims.limits import ClaimError, MisfitError, NotChecked
from symconv.claims.reading.syntax import Apply, Symbol

from . import arrays, products, windows
from .arrays import Array, Value, scalar, zipped

if TYPE_CHECKING:
    from .evaluate import Evaluator
    from .indexing import Environment

POINTWISE = {"relu", "sigmoid", "tanh", "exp", "log", "step", "softplus", "absolute", "activation"}


def apply_function(at: Evaluator, node: Apply, env: Environment) -> Value:
    """The value of a function."""
    words = [a.name for a in node.arguments if isinstance(a, Symbol) and a.name[:1] == "'"]
    kept = [a for a in node.arguments if not (isinstance(a, Symbol) and a.name[:1] == "'")]
    if node.function in WHOLE:
        values = [at.value(a, env) for a in kept if not _option(a)]
        return WHOLE[node.function](at, values, words)
    values = [at.value(a, env) for a in kept]
    if node.function in {"max", "min"}:
        return _extreme(at, node.function, values)
    if node.function == "sqrt":
        from fractions import Fraction

        return zipped(values[0], 0, lambda a, _: at.algebra.power(Fraction(1, 2))(a + at.zero))
    if node.function not in POINTWISE or len(values) != 1:
        raise ClaimError(f"'{node.function}' of {len(values)} arguments is not read")
    name = activation(at) if node.function == "activation" else node.function
    return zipped(values[0], 0, lambda a, _: _sloped(at, name, node.primes, a + at.zero))


def _option(node: Any) -> bool:
    return isinstance(node, Symbol) and node.name[:1] == "'"


def activation(at: Evaluator) -> str:
    """The network's activation, which a text may call f or sigma."""
    titles = {
        "sigmoid": "sigmoid", "rectifier": "relu", "hyperbolic": "tanh", "softplus": "softplus",
    }  # fmt: skip
    found = {
        name
        for e in at.facts.forward.equations
        for word, name in titles.items()
        if word in e.title.lower()
    }
    if len(found) != 1:
        raise NotChecked("the activation is not named, and the network has not just one")
    (name,) = found
    at.note(f"the activation is read as {name}")
    return name


def _sloped(at: Evaluator, name: str, primes: int, x: Any) -> Any:
    """F(x), or f'(x)."""
    algebra = at.algebra
    if primes == 0:
        return algebra.function(name)(x)
    if primes > 1:
        raise ClaimError("second derivatives are not read", help="f'(x)")
    y = algebra.function(name)(x)
    slopes: Mapping[str, Callable[[], Any]] = {
        "sigmoid": lambda: y * (1 + -1 * y),
        "tanh": lambda: 1 + -1 * y * y,
        "relu": lambda: algebra.function("step")(x),
        "exp": lambda: y,
        "softplus": lambda: algebra.function("sigmoid")(x),
        "step": lambda: at.zero,
        "absolute": lambda: algebra.function("step")(x) + -1 * algebra.function("step")(-1 * x),
    }
    if name not in slopes:
        raise ClaimError(f"the derivative of '{name}' is not read")
    return slopes[name]()


def _extreme(at: Evaluator, name: str, values: list[Value]) -> Value:
    if len(values) == 1 and isinstance(values[0], Array):
        flat = list(values[0].entries)
    elif len(values) == 2 and any(isinstance(v, Array) for v in values):
        pair = values
        return zipped(pair[0], pair[1], lambda a, b: _best(at, name, [a, b]))
    else:
        flat = [scalar(v) for v in values]
    return _best(at, name, flat)


def _best(at: Evaluator, name: str, values: list[Any]) -> Any:
    values = [v + at.zero for v in values]
    if name == "max":
        return at.algebra.maximum(values)
    return at.algebra.maximum([v * -1 for v in values]) * -1


def _one(values: list[Value], name: str) -> Array:
    if len(values) < 1 or not isinstance(values[0], Array):
        raise ClaimError(f"'{name}' needs an array")
    return values[0]


def _sum(at: Evaluator, values: list[Value], _words: list[str]) -> Value:
    total = at.zero
    for entry in _one(values, "sum").entries:
        total = total + entry
    return total


def _mean(at: Evaluator, values: list[Value], words: list[str]) -> Value:
    from fractions import Fraction

    count = len(_one(values, "mean").entries)
    return _sum(at, values, words) * at.algebra.number(Fraction(1, count))


def _convolve(at: Evaluator, values: list[Value], words: list[str], *, flip: bool) -> Value:
    if len(values) != 2 or not all(isinstance(v, Array) for v in values):
        raise ClaimError("two arrays are expected", help="correlate2d(x, delta, 'valid')")
    big, small = values
    swapped = len(big.entries) < len(small.entries)
    if swapped:
        big, small = small, big
    if "'full'" in words or (not words and not flip and swapped):
        big = _padded(at, big, small)
    found = windows.windowed(big, small, at.zero, flip=flip)
    if found is None:
        raise ClaimError("the second array does not fit into the first one")
    return windows.turned(found) if swapped and not flip else found


def _padded(at: Evaluator, big: Array, small: Array) -> Array:
    (h, w), (k1, k2) = big.shape[-2:], small.shape[-2:]
    entries = [at.zero] * ((h + 2 * k1 - 2) * (w + 2 * k2 - 2))
    for n, e in enumerate(big.entries):
        i, j = divmod(n, w)
        entries[(i + k1 - 1) * (w + 2 * k2 - 2) + j + k2 - 1] = e
    return arrays.plain((h + 2 * k1 - 2, w + 2 * k2 - 2), entries)


def _product(at: Evaluator, values: list[Value], _words: list[str]) -> Value:
    found = windows.matrix_product(_one(values, "dot"), values[1], at.zero)
    if found is None:
        raise MisfitError("the arrays do not fit into a matrix product")
    return found


def _outer(_at: Evaluator, values: list[Value], _words: list[str]) -> Value:
    a, b = _one(values, "outer"), _one(values[1:], "outer")
    entries = [x * y for x in a.entries for y in b.entries]
    return arrays.plain((len(a.entries), len(b.entries)), entries)


def _quarters(at: Evaluator, values: list[Value], _words: list[str]) -> Value:
    """`rot90(w)`, `rot90(w, 2)`."""
    found, turns = _one(values, "rot90"), values[1] if len(values) > 1 else 1
    count = next((n for n in range(4) if not (at.algebra.number(n) + -1 * turns)), None)
    if count is None:
        raise ClaimError("'rot90' turns by 0 to 3 quarters", help="rot90(w, 2)")
    for _ in range(count):
        found = windows.quarter_turned(found)
    return found


WHOLE: Mapping[str, Callable[[Evaluator, list[Value], list[str]], Value]] = {
    "sum": _sum,
    "mean": _mean,
    "rot180": lambda _, v, __: windows.turned(_one(v, "rot180")),
    "rot90": _quarters,
    "multiply": lambda _, v, __: products.entry_by_entry(_one(v, "multiply"), v[1]),
    "transpose": lambda _, v, __: windows.transposed(_one(v, "transpose")),
    "convolve2d": lambda at, v, w: _convolve(at, v, w, flip=True),
    "correlate2d": lambda at, v, w: _convolve(at, v, w, flip=False),
    "dot": _product,
    "outer": _outer,
    "square": lambda _, v, __: zipped(v[0], v[0], lambda a, b: a * b),
}
