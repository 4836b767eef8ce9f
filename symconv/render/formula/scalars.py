"""Scalar formulas of unrolled networks: 2(o_1^2 - y_1)(i_1 w_1^2 + i_2 w_2^2)."""

from __future__ import annotations

from collections import Counter
from typing import cast

from sympy import Add, Expr, Mul

from symconv.core.equation import Program
from symconv.notation.hand import PLAIN_HAND
from symconv.notation.presets import Notation
from symconv.semantics.entrywise import EntrywiseGradients

from .arrange import arrange_node
from .latex import Latex
from .names import SYMBOL, DisplayNames, collect_names, parse_symbol
from .plain import PlainText
from .tree import DisplaySymbol, DisplayTree


def arrange_scalar(expression: Expr, names: DisplayNames) -> DisplayTree:
    """A scalar formula, factors that all terms share in front."""
    return arrange_node(factor_out_common(expression), names)


def factor_out_common(expression: Expr) -> Expr:
    """a b + a c -> a (b + c), for every factor `a` that all terms of a sum share."""
    if not expression.args:
        return expression
    rebuilt = expression.func(*(factor_out_common(cast("Expr", a)) for a in expression.args))
    if not rebuilt.is_Add:
        return rebuilt
    terms = [Counter(Mul.make_args(term)) for term in rebuilt.args]
    shared = terms[0].copy()
    for term in terms[1:]:
        shared &= term
    common = {factor: n for factor, n in shared.items() if not factor.is_number}
    if not common:
        return rebuilt
    rest = Add(*(Mul(*(term - Counter(common)).elements()) for term in terms))
    # `evaluate=False`, or SymPy would multiply a number back into the sum.
    return Mul(*Counter(common).elements(), rest, evaluate=False) if rest.is_Add else rebuilt


def parse_left_side(text: str) -> DisplayTree:
    """`dC/dw_1^1` or `w_1^1` read as a symbol; other words stay words."""
    return (
        parse_symbol(text, entry=True)
        if "/" in text or SYMBOL.fullmatch(text)
        else DisplaySymbol(text)
    )


def scalar_text(expression: Expr, names: DisplayNames, *, ascii_only: bool = False) -> str:
    """The formula on one line, in Unicode or ASCII."""
    return (
        PlainText(ascii_only=ascii_only)
        .in_notation(names.notation)
        .write(arrange_scalar(expression, names))
    )


def format_gradient(entry: str, gradients: EntrywiseGradients, forward: Program) -> str:
    """dC/d(entry) as one line of ASCII text, the way people write it: `dC/dw_1 = 2 i_1 (o - y)`."""
    tensor, place = gradients.entry(entry)
    names = collect_names(forward, gradients.backward.items, gradients.notation)
    right = scalar_text(gradients.entries(tensor)[place], names, ascii_only=True)
    return f"{write_left_side(gradients.label(tensor, place), gradients.notation)} = {right}"


def write_left_side(text: str, notation: Notation) -> str:
    """`dC/dw_1^1` in the hand of a notation, in ASCII; as it is where that has none."""
    if notation.hand == PLAIN_HAND:
        return text
    return PlainText(ascii_only=True).in_notation(notation).write(parse_left_side(text))


def scalar_latex(expression: Expr, names: DisplayNames) -> str:
    """The formula in LaTeX."""
    return Latex().in_notation(names.notation).write(arrange_scalar(expression, names))
