r"""Formulas read back from the LaTeX that this package writes: what a page says, it means.

The reader knows the emitted subset alone, and the names of one network; it shares no code with the
printers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from sympy import (
    Add,
    Expr,
    Function,
    Integer,
    KroneckerDelta,
    Mul,
    Pow,
    Rational,
    Sum,
    cos,
    exp,
    log,
    sin,
    sqrt,
    tanh,
)
from sympy.tensor.indexed import Indexed

from symconv.core.nodes import (
    Box,
    Equals,
    LogSumExp,
    MaxOver,
    OneHot,
    Partial,
    absolute,
    erf,
    relu,
    sigmoid,
    step,
)

from .binders import Binders
from .known_names import Bounds, KnownNames
from .latex_tokens import tokenize_emitted

FUNCTIONS: dict[str, Callable[[Expr], Expr]] = {
    "\\sigma": sigmoid,
    "\\tanh": tanh,
    "\\sin": sin,
    "\\cos": cos,
    "\\erf": erf,
    "\\exp": exp,
    "\\log": log,
    "\\relu": relu,
    "\\abs": absolute,
    "\\step": step,
}
ENDS = {"", "+", "-", "=", "<", "\\le", ")", "]", "}", ",", "\\\\"}


def read_formula(text: str, known: KnownNames) -> Expr:
    """The formula as an expression in the notation's own indices."""
    reader = LatexReader(tokenize_emitted(text), known=known)
    found = reader.total()
    if reader.peek():
        raise ValueError(f"left over: {reader.rest[reader.at :]}")
    return found


def read_bound(text: str, known: KnownNames) -> Bounds:
    """0 <= m < n as (m, 0, n - 1)."""
    return LatexReader(tokenize_emitted(text), known=known).bound()


@dataclass
class LatexReader(Binders):
    """Sums, products, fractions and names."""

    def total(self) -> Expr:
        """A + b - c."""
        self.skip()
        terms = [] if self.peek() == "-" else [self.product()]
        while self.peek() in {"+", "-"}:
            sign = -1 if self.take() == "-" else 1
            terms.append(sign * self.product())
            self.skip()
        return Add(*terms)

    def product(self) -> Expr:
        """Factors side by side; a sum reaches to the end of its product."""
        factors: list[Expr] = []
        self.skip()
        while self.peek() not in ENDS:
            factors.append(self.factor())
            self.skip()
        return Mul(*factors)

    def factor(self) -> Expr:
        token = self.peek()
        if token == "\\sum":  # noqa: S105 - a command
            return self.summation()
        if token == "\\max":  # noqa: S105
            return self.maximum("\\max")
        made = self.atom()
        if self.has("^"):
            made = Pow(made, self.group())
        if self.has("/"):
            made = made / self.factor()
        return made

    def atom(self) -> Expr:  # noqa: PLR0911 - one line for every kind of atom
        token = self.take()
        if token.isdigit():
            return Integer(int(token))
        if token in {"\\frac", "\\tfrac"}:
            return self.fraction()
        if token == "(":  # noqa: S105
            inside = self.total()
            self.take(")")
            return inside
        if token == "{":  # noqa: S105
            inside = self.total()
            self.take("}")
            return inside
        if token == "[":  # noqa: S105
            return self.bracket()
        if token == "\\sqrt":  # noqa: S105
            return sqrt(self.group())
        if token in FUNCTIONS:
            return self.call(FUNCTIONS[token])
        return self.name(token)

    def call(self, function: Callable[[Expr], Expr]) -> Expr:
        """f(x)."""
        self.take("(")
        inside = self.total()
        self.take(")")
        return function(inside)

    def group(self) -> Expr:
        self.take("{")
        inside = self.total()
        self.take("}")
        return inside

    def fraction(self) -> Expr:
        r"""A quotient, or a derivative that is still to be done."""
        if self.rest[self.at : self.at + 2] != ["{", "\\partial"]:
            above = self.group()
            return above / self.group()
        self.at += 2
        of = None if self.has("}") else self.total()
        if of is not None:
            self.take("}")
        self.take("{")
        self.take("\\partial")
        by = self.total()
        self.take("}")
        return self.known.derivative(self.factor() if of is None else of, by)

    def name(self, letter: str) -> Expr:
        r"""`w^{1}_{m,n}`, `\delta^{o^{1}}_{i}`, `k_1`, `H_o`, `m'`."""
        letter = letter.removeprefix("\\")
        above, below, primes = "", list[list[str]](), ""
        while self.peek() in {"^", "_", "'"}:
            # Of a tensor `^` is the layer, of any other name a power.
            if letter not in self.known.letters() and self.peek() == "^":
                break
            sign = self.take()
            if sign == "'":
                primes += "'"
            elif sign == "^":
                above = "".join(self.raw())
            else:
                below.append(self.raw())
        found = self._tensor(letter, above, below[0] if below else [])
        if found is None:
            sub = "".join(below[0]).replace("\\", "") if below else ""
            found = self.known.symbol(letter, sub, primes)
        if found is None:
            raise ValueError(f"no name of the network: {letter} {above} {below}")
        return found

    def _tensor(self, letter: str, above: str, below: list[str]) -> Expr | None:
        key = self.known.key(letter, above)
        if key is None:
            return None
        base = self.known.bases[key]
        if above and letter == key:
            return Pow(cast("Expr", self._tensor(letter, "", below)), Rational(above))
        if not below:
            return base[self.known.index_base] if key in self.known.scalars else None
        inner = LatexReader(below, known=self.known)
        places = [inner.total()]
        while inner.has(","):
            places.append(inner.total())
        return Indexed(base, *places)


def flatten_sums(e: Expr) -> Expr:  # noqa: PLR0911 - one for every kind of node
    """The formula with sums directly inside sums joined, as they are written.

    A smooth maximum is the logarithm of a sum, and a label is compared as an index is.
    """
    if isinstance(e, LogSumExp):
        return log(flatten_sums(Sum(exp(e.function), *reversed(e.limits))))
    if isinstance(e, Equals):
        return KroneckerDelta(e.place, flatten_sums(e.label))
    if isinstance(e, Indexed):
        return e.func(e.base, *(i.expand() for i in e.indices))
    if isinstance(e, Function | Add | Mul | Pow | Partial | KroneckerDelta | Box):
        return e.func(*(flatten_sums(a) for a in e.args))  # type: ignore[arg-type]
    if isinstance(e, Sum):
        body = flatten_sums(e.function)
        inner = body.limits if isinstance(body, Sum) else ()
        return Sum(body.function if isinstance(body, Sum) else body, *inner, *e.limits)
    if isinstance(e, MaxOver):
        return MaxOver(flatten_sums(e.function), *e.limits)
    return OneHot(flatten_sums(e.maximum), *e.position) if isinstance(e, OneHot) else e


def substitute_deltas(e: Expr, known: KnownNames) -> Expr:
    """The formula with error signals for the derivatives that are written like them."""
    found = {p: known.derivative(p.of, p.by) for p in e.atoms(Partial)}
    return e.xreplace(found) if known.partial else e


def same_meaning(read: Expr, meant: Expr, known: KnownNames) -> bool:
    """Whether what was read is what was meant."""
    one, other = flatten_sums(read), flatten_sums(substitute_deltas(meant, known))
    return bool(one == other or (one - other).expand() == 0)
