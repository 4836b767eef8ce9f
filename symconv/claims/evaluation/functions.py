"""Functions of a claim, number by number: activations and their derivatives, the largest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symconv.claims.model.errors import ClaimError, NotChecked
from symconv.claims.model.tree import Apply, Entry, Node, Symbol

from .array_functions import WHOLE, of_arrays
from .arrays import Array, Value, scalar, zipped
from .products import fitting

if TYPE_CHECKING:
    from .evaluate import Evaluator
    from .indices import Environment

POINTWISE = {"relu", "sigmoid", "tanh", "exp", "log", "step", "softplus", "absolute", "activation"}
POINTWISE |= {"sqrt"}
HALF = Fraction(1, 2)


def apply_function(at: Evaluator, node: Apply, env: Environment) -> Value:
    """The value of a function; words in quotes are options."""
    quoted = [a for a in node.arguments if isinstance(a, Symbol) and a.name[:1] == "'"]
    words = [a.name.strip("'") for a in quoted]
    kept = [a for a in node.arguments if a not in quoted]
    values = [at.value(a, env) for a in kept]
    if node.function == "transpose" and _is_one_entry(values, kept):
        return values[0]
    if node.function in WHOLE:
        return of_arrays(at, node.function, values, words)
    if node.function in {"max", "min"}:
        return _extreme(at, node.function, values)
    if node.function not in POINTWISE or len(values) != 1:
        raise ClaimError(f"'{node.function}' of {len(values)} arguments is not read")
    if node.function == "sqrt":
        return zipped(values[0], 0, lambda a, _: at.algebra.power(HALF)(a + at.zero))
    name = activation(at) if node.function == "activation" else node.function
    return zipped(values[0], 0, lambda a, _: _sloped(at, name, node.primes, a + at.zero))


def _is_one_entry(values: list[Value], written: list[Node]) -> bool:
    """Whether the one argument names something of one entry, whose transpose is itself."""
    alone = len(values) == 1 and not isinstance(values[0], Array)
    return alone and any(isinstance(n, Entry) for n in written[0].walk())


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
    if not values:
        raise ClaimError(f"'{name}' of nothing", help=f"{name}(0, z)")
    if len(values) == 1 and isinstance(values[0], Array):
        flat = list(values[0].entries)
    elif len(values) == 2 and any(isinstance(v, Array) for v in values):
        found = zipped(values[0], values[1], lambda a, b: _best(at, name, [a, b]))
        return fitting(found, values[0], values[1])
    else:
        flat = [scalar(v) for v in values]
    if any(isinstance(v, Array) for v in flat):
        raise ClaimError(f"'{name}' of more than two arrays is not read")
    return _best(at, name, flat)


def _best(at: Evaluator, name: str, values: list[Any]) -> Any:
    values = [v + at.zero for v in values]
    if name == "max":
        return at.algebra.maximum(values)
    return at.algebra.maximum([v * -1 for v in values]) * -1
