"""Functions of a claim, number by number: activations and their derivatives, the largest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from symconv.claims.arrays.running_maximum import (
    is_lowest,
    join_maxima,
    pick_maximum,
    resolve_maximum,
)
from symconv.claims.arrays.table import BARE_WORDS, PREFIX
from symconv.claims.model.constant_roots import normalize_constant_root
from symconv.claims.model.errors import ClaimError, NotChecked
from symconv.claims.model.syntax_tree import FunctionCall, Identifier, SyntaxNode, TensorReference
from symconv.semantics.autodiff import Dual, Duals

from .array_functions import ARRAY_FUNCTIONS, apply_array_function
from .arrays import ArrayValue, Value, apply_elementwise, unwrap_scalar
from .code_arrays import evaluate_word_of_code
from .index_expressions import FLOORS, evaluate_index
from .products import combine_entries
from .softmax import SOFTMAX, apply_softmax

if TYPE_CHECKING:
    from .evaluator import Evaluator
    from .index_expressions import Environment

POINTWISE = {"relu", "sigmoid", "tanh", "exp", "log", "step", "softplus", "absolute", "activation"}
POINTWISE |= {"sqrt", "cosh", "sinh", "sech", "sgn", "sin", "cos", "tan", "sec", "erf", "silu"}
HALF = Fraction(1, 2)
INNERMOST = 1_000
"""The level of the dual numbers of f'(x): above all of the derivatives that a claim nests."""

KNOWN: Mapping[str, Callable[..., Fraction]] = {
    "relu": lambda x: Fraction(max(x, 0)),
    "step": lambda x: Fraction(int(x > 0)),
    "absolute": lambda x: Fraction(abs(x)),
    "max": lambda *x: Fraction(max(x)),
    "min": lambda *x: Fraction(min(x)),
    "floor": lambda x: Fraction(floor(x)),
    "ceil": lambda x: Fraction(ceil(x)),
    "modulo": lambda x, n: Fraction(x - n * floor(Fraction(x) / n)),
    "sgn": lambda x: Fraction((x > 0) - (x < 0)),
}
"""Switches of indices and numbers, whose sides are known: max(0, i - 3) needs no draw."""


def apply_function(at: Evaluator, node: FunctionCall, env: Environment) -> Value:
    """The value of a function; words in quotes are options."""
    if node.function in SOFTMAX:
        return apply_softmax(at, node, env)
    if node.function == "sqrt" and (normal := normalize_constant_root(node)) is not None:
        return at.value(normal, env)
    if node.function.startswith(PREFIX) or node.function in BARE_WORDS:
        return evaluate_word_of_code(at, node, env)
    quoted = [a for a in node.arguments if isinstance(a, Identifier) and a.name[:1] == "'"]
    words = [a.name.strip("'") for a in quoted]
    kept = [a for a in node.arguments if a not in quoted]
    known = _evaluate_known(at, node, kept, env)
    if known is not None:
        return known
    return _apply_to_values(at, node, kept, [at.value(a, env) for a in kept], words)


def _apply_to_values(
    at: Evaluator,
    node: FunctionCall,
    kept: list[SyntaxNode],
    values: list[Value],
    words: list[str],
) -> Value:
    """The value of a function of values; `kept` is how they are written."""
    if node.function == "transpose" and _is_one_entry(values, kept):
        return values[0]
    if node.function in ARRAY_FUNCTIONS:
        return apply_array_function(at, node.function, values, words)
    if node.function in {"max", "min"}:
        return _evaluate_extreme(at, node.function, values)
    return _apply_pointwise(at, node, values)


def _evaluate_known(
    at: Evaluator, node: FunctionCall, kept: Sequence[SyntaxNode], env: Environment
) -> Any:
    """A function of indices and numbers alone; None where something else is among them."""
    known = [evaluate_index(a, env, at.context) for a in kept]
    if not kept or node.function not in KNOWN or node.primes or None in known:
        return None
    if node.function in FLOORS and len(known) != 1 + (node.function == "modulo"):
        raise ClaimError(f"'{node.function}' of {len(known)} arguments is not read")
    if node.function == "modulo" and not known[-1]:
        raise ClaimError("a remainder of a division by 0", help="i \\bmod 2")
    return at.algebra.number(KNOWN[node.function](*known))


def _apply_pointwise(at: Evaluator, node: FunctionCall, values: Sequence[Value]) -> Value:
    """A function of every entry of its argument."""
    if node.function not in POINTWISE or len(values) != 1:
        raise ClaimError(f"'{node.function}' of {len(values)} arguments is not read")
    name = find_activation(at) if node.function == "activation" else node.function
    return apply_elementwise(
        values[0], 0, lambda a, _: _apply_derivative(at, name, node.primes, a + at.zero)
    )


def _is_one_entry(values: list[Value], written: list[SyntaxNode]) -> bool:
    """Whether the one argument names something of one entry, whose transpose is itself."""
    alone = len(values) == 1 and not isinstance(values[0], ArrayValue)
    return alone and any(isinstance(n, TensorReference) for n in written[0].walk())


def find_activation(at: Evaluator) -> str:
    """The network's activation, which a text may call f or sigma."""
    found = at.context.activations
    if len(found) != 1:
        raise NotChecked("the activation is not named, and the network has not just one")
    (name,) = found
    at.note(f"the activation is read as {name}")
    return name


def _apply_derivative(at: Evaluator, name: str, primes: int, x: Any) -> Any:
    """F(x), or f'(x), which is the slope of F at x."""
    if primes > 1:
        raise ClaimError("second derivatives are not read", help="f'(x)")
    if primes == 0:
        return _apply_named(at.algebra, name, x)
    duals = Duals(at.algebra, INNERMOST)
    return duals.slope(_apply_named(duals, name, Dual(x, at.algebra.number(1), INNERMOST)))


def _apply_named(algebra: Any, name: str, x: Any) -> Any:
    composed = COMPOSED.get(name)
    return composed(algebra, x) if composed is not None else algebra.function(name)(x)


def _exponentials(algebra: Any, x: Any) -> tuple[Any, Any]:
    exp = algebra.function("exp")
    return exp(x), exp(-1 * x)


def _cosh(algebra: Any, x: Any) -> Any:
    a, b = _exponentials(algebra, x)
    return algebra.number(HALF) * (a + b)


def _sinh(algebra: Any, x: Any) -> Any:
    a, b = _exponentials(algebra, x)
    return algebra.number(HALF) * (a + -1 * b)


def _sech(algebra: Any, x: Any) -> Any:
    a, b = _exponentials(algebra, x)
    return 2 * algebra.power(Fraction(-1))(a + b)


def _sgn(algebra: Any, x: Any) -> Any:
    step = algebra.function("step")
    return step(x) + -1 * step(-1 * x)


def _tan(algebra: Any, x: Any) -> Any:
    return algebra.function("sin")(x) * _sec(algebra, x)


def _sec(algebra: Any, x: Any) -> Any:
    return algebra.power(Fraction(-1))(algebra.function("cos")(x))


def _sqrt(algebra: Any, x: Any) -> Any:
    return algebra.power(HALF)(x)


def _silu(algebra: Any, x: Any) -> Any:
    return x * algebra.function("sigmoid")(x)


COMPOSED: Mapping[str, Callable[[Any, Any], Any]] = {
    "cosh": _cosh, "sinh": _sinh, "sech": _sech, "sgn": _sgn,
    "tan": _tan, "sec": _sec, "silu": _silu, "sqrt": _sqrt,
}  # fmt: skip
"""Functions that no layer has, out of those that layers have; silu as its layer states it."""


def _evaluate_extreme(at: Evaluator, name: str, values: list[Value]) -> Value:
    if not values:
        raise ClaimError(f"'{name}' of nothing", help=f"{name}(0, z)")
    if len(values) == 1 and isinstance(values[0], ArrayValue):
        flat = list(values[0].entries)
    elif len(values) == 2 and any(isinstance(v, ArrayValue) for v in values):
        return combine_entries(
            at, values[0], values[1], lambda a, b: _pick_extreme(at, name, [a, b])
        )
    else:
        flat = [unwrap_scalar(v) for v in values]
    if any(isinstance(v, ArrayValue) for v in flat):
        raise ClaimError(f"'{name}' of more than two arrays is not read")
    return _pick_extreme(at, name, flat)


def _pick_extreme(at: Evaluator, name: str, values: list[Any]) -> Any:
    if name == "max":
        # In a program a maximum may go on; beside a 0 it is a relu, whatever it is taken of.
        if at.running and all(is_lowest(x) or x for x in values):
            return join_maxima(at.algebra, at.zero, values)
        return pick_maximum(at.algebra, at.zero, [resolve_maximum(x) for x in values])
    values = [v + at.zero for v in values]
    return at.algebra.maximum([v * -1 for v in values]) * -1
