"""The few formula nodes that stand beside SymPy's own.

Each node knows its arguments, what it binds and its scalar derivative, nothing else.
"""

from __future__ import annotations

from typing import Any, Self, cast

from sympy import (
    Abs,
    AtomicExpr,
    Basic,
    Expr,
    Function,
    Integer,
    Max,
    Rational,
    S,
    exp,
    log,
    pi,
    sqrt,
    sympify,
)
from sympy import erf as sympy_erf
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.tensor.indexed import Indexed


class Box(Expr):
    """Iverson bracket [e is an integer and 0 <= e < n]; its derivative is 0.

    A bracket of two numbers is 1 or 0 itself, as that of SymPy's KroneckerDelta is.
    """

    def __new__(cls, place: Expr, extent: Expr) -> Expr:  # type: ignore[misc]
        e, n = sympify(place), sympify(extent)
        # Only two numbers are decided. With symbols SymPy's assumptions would have to prove it, and
        # what they cannot prove must stay a bracket, never be dropped.
        if e.is_Rational and n.is_Integer:
            return S.One if e.is_Integer and 0 <= e < n else S.Zero
        return Expr.__new__(cls, e, n)

    @property
    def place(self) -> Expr:
        return cast("Expr", self.args[0])

    @property
    def extent(self) -> Expr:
        return cast("Expr", self.args[1])


class MaxOver(ExprWithLimits):
    """max over bound variables, `MaxOver(body, (m, 0, k - 1))`; absent entries are -infinity."""


class LogSumExp(ExprWithLimits):
    """log of the sum of exp over bound variables; absent entries are -infinity.

    Its derivative is the sum of exp(body - LogSumExp) times the derivative of the body.
    """


class Equals(Expr):
    """Iverson bracket [place = label] for a label that is an entry of a tensor; derivative 0."""

    def __new__(cls, place: Expr, label: Expr) -> Expr:  # type: ignore[misc]
        place, label = sympify(place), sympify(label)
        if place.is_number and label.is_number:
            return Integer(bool(place == label))
        return Expr.__new__(cls, place, label)

    @property
    def place(self) -> Expr:
        return cast("Expr", self.args[0])

    @property
    def label(self) -> Expr:
        return cast("Expr", self.args[1])


class OneHot(Expr):
    """[`position` is the first maximiser of `maximum`, row by row]; its derivative is 0."""

    def __new__(cls, maximum: Expr, *position: Expr) -> Self:
        # The maximum binds its own variables; the position is free. So one node says "m is where
        # the maximum over m' lies" without a name that is bound and free at once.
        return Expr.__new__(cls, maximum, *(sympify(p) for p in position))

    @property
    def maximum(self) -> MaxOver:
        return cast("MaxOver", self.args[0])

    @property
    def position(self) -> tuple[Expr, ...]:
        return cast("tuple[Expr, ...]", self.args[1:])


class Partial(Expr):
    """A derivative that is still to be done: d `of` / d `by`, `by` being one entry of a tensor."""

    def __new__(cls, of: Basic, by: Expr) -> Self:
        return Expr.__new__(cls, sympify(of), by)

    @property
    def of(self) -> Expr:
        return cast("Expr", self.args[0])

    @property
    def by(self) -> Indexed:
        return cast("Indexed", self.args[1])


class NamedNumber(AtomicExpr):
    """A positive rational number that is written by its name, such as epsilon = 1/100000."""

    __slots__ = ("name", "value")
    is_number = True
    is_rational = True
    is_positive = True

    name: str
    value: Rational

    def __new__(cls, name: str, value: Rational) -> Self:
        self = Expr.__new__(cls)
        self.name, self.value = name, value
        return self

    def __getnewargs__(self) -> tuple[str, Rational]:
        return self.name, self.value

    def _hashable_content(self) -> tuple[str, Rational]:
        return self.name, self.value

    def __float__(self) -> float:
        return float(self.value)

    def _eval_evalf(self, prec: int) -> Expr:
        return cast("Expr", self.value._eval_evalf(prec))  # noqa: SLF001 - SymPy's own protocol

    def _sympystr(self, _printer: Any) -> str:
        return self.name


class ScalarFunction(Function):
    """A function whose value at a number is an elementary expression."""

    args: tuple[Any, ...]

    def __new__(cls, x: Any, **options: Any) -> Any:
        x = sympify(x)
        # SymPy calls the constructor again on every rebuild. Only numbers open the definition: a
        # symbolic argument must keep the function whole, since Max(0, x) differentiates to a
        # Heaviside with 1/2 at 0, and Piecewise under a Sum drags its conditions out of the sum.
        return cls.at(x) if x.is_number else super().__new__(cls, x, **options)

    @staticmethod
    def at(x: Expr) -> Expr:
        """The value at a number."""
        raise NotImplementedError


class step(ScalarFunction):  # noqa: N801 - a mathematical function, written in lower case as SymPy does
    """step(x) = [x > 0], so step(0) = 0; its derivative is taken to be 0 everywhere."""

    @staticmethod
    def at(x: Expr) -> Expr:
        return Integer(bool(x > 0))

    def fdiff(self, argindex: int = 1) -> Expr:  # noqa: ARG002 - SymPy's signature
        return S.Zero


class relu(ScalarFunction):  # noqa: N801
    """relu(x) = max(x, 0), with relu'(x) = step(x), hence relu'(0) = 0."""

    @staticmethod
    def at(x: Expr) -> Expr:
        return Max(x, 0)

    def fdiff(self, argindex: int = 1) -> Expr:  # noqa: ARG002 - SymPy's signature
        return step(self.args[0])


class sigmoid(ScalarFunction):  # noqa: N801
    """sigmoid(x) = 1 / (1 + exp(-x)), with sigmoid' = sigmoid (1 - sigmoid)."""

    @staticmethod
    def at(x: Expr) -> Expr:
        return 1 / (1 + exp(-x))

    def fdiff(self, argindex: int = 1) -> Expr:  # noqa: ARG002 - SymPy's signature
        # In terms of the value, not of the argument: sigmoid(z) (1 - sigmoid(z)) is what "recognise
        # a forward value" turns into a (1 - a).
        return self * (Integer(1) - self)


class softplus(ScalarFunction):  # noqa: N801
    """softplus(x) = log(1 + exp(x)), with softplus' = sigmoid."""

    @staticmethod
    def at(x: Expr) -> Expr:
        return log(1 + exp(x))

    def fdiff(self, argindex: int = 1) -> Expr:  # noqa: ARG002 - SymPy's signature
        return sigmoid(self.args[0])


class absolute(ScalarFunction):  # noqa: N801
    """absolute(x) = |x|, with absolute'(x) = sign(x), hence 0 at 0."""

    @staticmethod
    def at(x: Expr) -> Expr:
        return Abs(x)

    def fdiff(self, argindex: int = 1) -> Expr:  # noqa: ARG002 - SymPy's signature
        (x,) = self.args
        # SymPy's own `sign` has a derivative of Dirac deltas; two sealed steps have derivative 0.
        return step(x) - step(-cast("Expr", x))


class erf(ScalarFunction):  # noqa: N801
    """erf(x), twice the integral of exp(-t^2)/sqrt(pi) from 0 to x; erf' = 2/sqrt(pi) exp(-x^2)."""

    @staticmethod
    def at(x: Expr) -> Expr:
        return cast("Expr", sympy_erf(x))

    def fdiff(self, argindex: int = 1) -> Expr:  # noqa: ARG002 - SymPy's signature
        return 2 / sqrt(pi) * exp(-(self.args[0] ** 2))


class larger(Function):  # noqa: N801
    """max(a, b), a form of b + relu(a - b) that code is written from; nothing derives it."""


class smaller(Function):  # noqa: N801
    """min(a, b), a form of a - relu(a - b) that code is written from; nothing derives it."""


class only_where(Function):  # noqa: N801
    """f where w is not 0, else -infinity: `only_where(f, w)`, a form that code is written from."""


def limits(ranges: Any) -> tuple[tuple[Expr, Expr, Expr], ...]:
    """(variable, extent) pairs as SymPy limits from 0 to extent - 1."""
    return tuple((v, S.Zero, n - 1) for v, n in ranges)
