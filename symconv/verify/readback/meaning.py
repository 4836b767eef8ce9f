"""When two formulas say the same: sums joined, places expanded, error signals by one name."""

from __future__ import annotations

from sympy import Add, Expr, Function, KroneckerDelta, Mul, Pow, Sum
from sympy.tensor.indexed import Indexed

from symconv.core.nodes import Box, MaxOver, OneHot, Partial

from .known import Known


def flat(e: Expr) -> Expr:
    """The formula with sums directly inside sums joined, as they are written."""
    if isinstance(e, Indexed):
        return e.func(e.base, *(i.expand() for i in e.indices))
    if isinstance(e, Function | Add | Mul | Pow | Partial | KroneckerDelta | Box):
        return e.func(*(flat(a) for a in e.args))  # type: ignore[arg-type]
    if isinstance(e, Sum):
        body = flat(e.function)
        inner = body.limits if isinstance(body, Sum) else ()
        return Sum(body.function if isinstance(body, Sum) else body, *inner, *e.limits)
    if isinstance(e, MaxOver):
        return MaxOver(flat(e.function), *e.limits)
    return OneHot(flat(e.maximum), *e.position) if isinstance(e, OneHot) else e


def named(e: Expr, known: Known) -> Expr:
    """The formula with error signals for the derivatives that are written like them."""
    found = {p: known.derivative(p.of, p.by) for p in e.atoms(Partial)}
    return e.xreplace(found) if known.partial else e


def same(read: Expr, meant: Expr, known: Known) -> bool:
    """Whether what was read is what was meant."""
    one, other = flat(read), flat(named(meant, known))
    return bool(one == other or (one - other).expand() == 0)
