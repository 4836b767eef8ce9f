"""The algebra of SymPy expressions: entries are symbols, sealed functions stay as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from sympy import Add, E, Expr, Integer, Max, Rational, cos, exp, log, pi, sin, sympify, tanh

from symconv.core import nodes
from symconv.core.errors import Unsupported

from .protocol import KnownChoices, Map, Scalar, unknown_function, unwrap_value


def _expression(x: Scalar) -> Expr:
    """A scalar as an expression; text is refused."""
    # Without `strict` a text would be parsed, and SymPy's parser runs code.
    return sympify(x, strict=True)


FUNCTIONS: Mapping[str, Map] = {
    "sigmoid": nodes.sigmoid,
    "tanh": tanh,
    "exp": exp,
    "log": log,
    "relu": nodes.relu,
    "step": nodes.step,
    "softplus": nodes.softplus,
    "absolute": nodes.absolute,
    "sin": sin,
    "cos": cos,
    "erf": nodes.erf,
}


CONSTANTS: Mapping[str, Expr] = {"pi": pi, "E": E}


class Symbolic(KnownChoices):
    """SymPy expressions as scalars. The maximum of symbols stays an unevaluated `Max`."""

    def number(self, value: int | Fraction) -> Expr:
        return Rational(value.numerator, value.denominator)

    def constant(self, value: float, name: str) -> Scalar:
        if name not in CONSTANTS:
            raise Unsupported(f"'{name}' (about {value:.3f}) is not a rational number")
        return CONSTANTS[name]

    def function(self, name: str) -> Map:
        if name not in FUNCTIONS:
            raise unknown_function(name)
        function = FUNCTIONS[name]
        return lambda x: function(_expression(x))

    def power(self, exponent: Fraction) -> Map:
        rational = self.number(exponent)
        return lambda x: _expression(x) ** rational

    def first_maximiser(self, values: Sequence[Scalar]) -> int:
        if len(values) > 1 and not all(_expression(v).is_number for v in values):
            raise Unsupported(
                "which entry of a window is the largest is not decided by symbols",
                help="keep the mask's entries as symbols, or give numbers",
            )
        # The first of equals.
        return max(range(len(values)), key=lambda position: (values[position], -position))

    def compare_label(self, place: int | None, label: Scalar) -> Expr:
        """[place = label]; which class a symbol names is open, and the bracket stays as it is."""
        named = _expression(unwrap_value(label))
        if place is not None and not named.is_number:
            return nodes.Equals(Integer(place), named)
        return self.number(int(place == named))

    def maximum(self, values: Sequence[Scalar]) -> Expr:
        if all(_expression(v).is_number for v in values):
            return _expression(values[self.first_maximiser(values)])
        # Evaluated, `Max` compares every pair of entries under SymPy's assumptions, which is slow.
        return Max(*values, evaluate=False) if len(values) > 1 else _expression(values[0])

    def log_sum_exp(self, values: Sequence[Scalar]) -> Expr:
        return log(Add(*(exp(_expression(v)) for v in values)))

    def entry(self, value: Scalar) -> Expr:
        return _expression(value)
