"""Sizes as a person gives them: numbers, names of symbols, one for all axes or one an axis."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Annotated

from sympy import Expr, Rational, sympify

from symconv.core.errors import SymconvError
from symconv.core.tensor import size

Size = Annotated[int | str | Expr, "size"]
"""A number, the name of a size symbol, or a SymPy expression of sizes."""

Sizes = Annotated[int | str | Expr | tuple[int | str | Expr, ...], "sizes"]
"""One size an axis; a single one stands for all axes."""

Amounts = Annotated[int | str | Expr | tuple[int | str | Expr, ...], "amounts"]
"""As Sizes, but 0 is allowed."""

Offsets = Annotated[int | str | Expr | tuple[int | str | Expr, ...], "offsets"]
"""As Amounts, but numbers may be negative."""

SIZE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,15}")


def per_axis(value: Sizes, rank: int, make: Callable[[str], Expr] = size) -> tuple[Expr, ...]:
    """One expression an axis; a name becomes a symbol by `make`, a single value serves all axes."""
    several = value if isinstance(value, tuple) else (value,) * rank
    if len(several) != rank:
        raise SymconvError(f"{len(several)} sizes were given for {rank} axes")
    return tuple(_size_symbol(n, make) if isinstance(n, str) else sympify(n) for n in several)


def _size_symbol(name: str, make: Callable[[str], Expr]) -> Expr:
    if not SIZE_NAME.fullmatch(name):
        raise SymconvError(
            f"{name!a} is no name for a size", help="a letter, then letters or digits"
        )
    return make(name)


def exact_number(value: str | int | Expr) -> Expr:
    """A number that a person wrote, without rounding."""
    return Rational(Fraction(value)) if isinstance(value, str) else sympify(value)


def positive_number(name: str, value: str | int | Expr, instead: str = "more than 0") -> Expr:
    """A number that is divided by, or a letter; SymconvError where it is 0 or negative."""
    number = exact_number(value)
    if number.is_number and not number.is_positive:
        raise SymconvError(f"{name} = {number} is not positive", help=instead)
    return number
