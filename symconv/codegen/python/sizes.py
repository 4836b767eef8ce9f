"""Sizes and places as Python integer expressions."""

from __future__ import annotations

from typing import Any

from sympy import Add, Basic, Expr, Max, Min, Mul, Pow, S, Symbol, expand, fraction, together

from symconv.core.errors import Unsupported
from symconv.notation.index_order import IndexOrder, index_rank

from .text import ADD, ATOM, MULTIPLY, POWER, PythonText, join_operands, join_power


class SizePrinter:
    """Prints size expressions with the given identifiers; a division is exact and written `//`.

    With `/` it would be a float, which no shape takes. `order` is that of index letters in a sum.
    Unsupported where an expression has no integer form.
    """

    def __init__(self, identifiers: dict[Symbol, str], order: IndexOrder | None = None) -> None:
        self.identifiers = identifiers
        self.order = order or {}

    def __call__(self, expression: Basic) -> str:
        return self.text(_expand_if_shorter(expression)).text

    def text(self, expression: Basic) -> PythonText:
        """The text of an expression and how tightly it binds."""
        if isinstance(expression, Symbol):
            return PythonText(self.identifiers[expression], ATOM)
        if isinstance(expression, Add):
            return self._sum(expression)
        if isinstance(expression, Max | Min):
            return self._call(type(expression).__name__.lower(), expression.args)
        return self._product_or_number(expression)

    def _product_or_number(self, expression: Any) -> PythonText:
        above, below = fraction(expression)
        if below != 1:
            return self._divided(above, below)
        if isinstance(expression, Mul):
            return self._product(sorted(expression.args, key=_factor_order))
        if expression.is_Pow and expression.exp == S.Half:
            # A Python float takes the type of the array that it meets, as np.sqrt(n) would not.
            return join_power(self.text(expression.base), PythonText("0.5", ATOM))
        if isinstance(expression, Pow):
            return join_power(self.text(expression.args[0]), self.text(expression.args[1]))
        if expression == S.NegativeInfinity:
            return PythonText("-np.inf", POWER)
        if expression.is_Integer:
            return PythonText(str(expression), ATOM if expression >= 0 else POWER)
        raise Unsupported(f"the size {expression} has no integer form")

    def _divided(self, above: Expr, below: Expr) -> PythonText:
        """Whole numbers that divide without a rest; a root is none of these."""
        roots = any(p.exp == S.Half for e in (above, below) for p in e.atoms(Pow))
        parts = (self.text(above), self.text(below))
        return join_operands("/" if roots else "//", parts, MULTIPLY)

    def _call(self, name: str, arguments: tuple[Basic, ...]) -> PythonText:
        ordered = sorted(arguments, key=lambda a: (not a.is_number, str(a)))
        return PythonText(f"{name}({', '.join(str(self(a)) for a in ordered)})", ATOM)

    def _product(self, parts: list[Expr]) -> PythonText:
        if parts[0] == -1:
            inner = self._product(parts[1:]) if len(parts) > 2 else self.text(parts[1])
            return PythonText(f"-{inner.within(MULTIPLY)}", MULTIPLY)
        return join_operands("*", tuple(self.text(p) for p in parts), MULTIPLY)

    def _sum(self, expression: Add) -> PythonText:
        # Each part of (H + p)/s alone need not be whole: one division, of the sum.
        common = together(expression)
        if fraction(common)[1] != 1:
            above, below = fraction(common)
            return self._divided(above, below)
        reach = _window_reach(expression)
        if reach is not None:
            return self._with_reach(expression, *reach)
        parts = sorted(expression.args, key=self._addend_order)
        line = self.text(parts[0]).within(ADD)
        for part in parts[1:]:
            if part.could_extract_minus_sign():
                line += f" - {self.text(-part).above(ADD)}"
            else:
                line += f" + {self.text(part).within(ADD)}"
        return PythonText(line, ADD)

    def _addend_order(self, addend: Expr) -> tuple[bool, bool, int, bool, bool, str]:
        """Loop offsets first, what is subtracted and plain numbers last: s * i + d * m - 1.

        Among indices those of outputs stand before those of places in a window. Between the rest
        plain names stand before products, small letters before capitals.
        """
        indices = [s.name for s in addend.atoms(Symbol) if not s.is_nonnegative]
        inside = max((index_rank(name, self.order) for name in indices), default=3)
        text = str(addend)
        subtracted, product = addend.could_extract_minus_sign(), not addend.is_Symbol
        return (subtracted, bool(addend.is_number), inside, product, text[:1].isupper(), text)

    def _with_reach(self, expression: Add, d: Expr, k: Expr, sign: int) -> PythonText:
        """`H + 2 * p - 1 - d * (k - 1)`, and `d * (k - 1) + 1`."""
        reach = f"{self(d)} * ({self(k)} - 1)"
        rest = self.text(expand(expression - sign * d * (k - 1))).within(ADD)
        if sign < 0:
            return PythonText(f"-{reach}" if rest == "0" else f"{rest} - {reach}", ADD)
        return PythonText(reach if rest == "0" else f"{reach} + {rest}".replace("+ -", "- "), ADD)


def _window_reach(expression: Add) -> tuple[Expr, Expr, int] | None:
    """d, k and the sign of a part d k - d = d (k - 1) of a sum, which is what a window spans."""
    # SymPy multiplies d (k - 1) out to d k - d.
    for part in sorted(expression.args, key=str):
        sign = -1 if part.could_extract_minus_sign() else 1
        factors: tuple[Expr, ...] = (sign * part).args if isinstance(sign * part, Mul) else ()
        if len(factors) != 2 or not all(f.is_Symbol for f in factors):
            continue
        for d, k in (factors, factors[::-1]):
            if -sign * d in expression.args:
                return d, k, sign
    return None


def _expand_if_shorter(expression: Basic) -> Basic:
    """The expression multiplied out, where that is shorter."""
    if not isinstance(expression, Add | Mul):
        return expression
    plain = expand(expression)
    return plain if len(str(plain)) < len(str(expression)) else expression


def _factor_order(factor: Expr) -> tuple[bool, bool, bool, str]:
    """Numbers, then small letters, then capitals, then sums: 2 * s * H_o."""
    return (not factor.is_number, factor.is_Add, str(factor)[:1].isupper(), str(factor))
