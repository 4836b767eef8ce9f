r"""Formulas read back from the LaTeX that this package writes: what a page says, it means.

The reader knows the emitted subset alone, and the names of one network; it shares no code with the
printers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sympy import (
    Add,
    Expr,
    Function,
    Integer,
    KroneckerDelta,
    Mul,
    Pow,
    Sum,
    Symbol,
    exp,
    log,
    tanh,
)
from sympy.tensor.indexed import Indexed, IndexedBase

from symconv.core.nodes import Box, MaxOver, OneHot, Partial, relu, sigmoid, step

from .latex_tokens import tokens

FUNCTIONS: dict[str, Callable[[Expr], Expr]] = {
    "\\sigma": sigmoid,
    "\\tanh": tanh,
    "\\exp": exp,
    "\\log": log,
    "\\relu": relu,
    "\\step": step,
}
Bounds = tuple[Expr, Expr, Expr]


@dataclass
class Reader:
    """One formula. `bases` are the tensors by key, `symbols` indices and sizes by name."""

    text: str
    bases: dict[str, IndexedBase]
    symbols: dict[str, Symbol]
    scalars: frozenset[str] = frozenset()
    at: int = 0
    rest: list[str] = field(default_factory=list)

    def read(self) -> Expr:
        """The formula as an expression in the notation's own indices."""
        self.rest, self.at = tokens(self.text), 0
        found = self.total()
        if self.at < len(self.rest):
            raise ValueError(f"left over: {self.rest[self.at :]}")
        return found

    # words

    def peek(self) -> str:
        return self.rest[self.at] if self.at < len(self.rest) else ""

    def take(self, *wanted: str) -> str:
        token = self.peek()
        if wanted and token not in wanted:
            raise ValueError(f"{wanted} expected, {token!r} found at {self.at} of {self.rest}")
        self.at += 1
        return token

    def has(self, token: str) -> bool:
        """Take the token if it comes next."""
        if self.peek() != token:
            return False
        self.at += 1
        return True

    # sums and products

    def total(self) -> Expr:
        """A + b - c."""
        self.skip()
        terms = [] if self.peek() == "-" else [self.product()]
        while self.peek() in {"+", "-"}:
            sign = -1 if self.take() == "-" else 1
            terms.append(sign * self.product())
            self.skip()
        return Add(*terms)

    def skip(self) -> None:
        """Empty groups, which only shape the spacing."""
        while self.peek() == "{" and self.rest[self.at + 1 : self.at + 2] == ["}"]:
            self.at += 2

    def product(self) -> Expr:
        """Factors side by side; a sum reaches to the end of its product."""
        factors: list[Expr] = []
        self.skip()
        while self.peek() not in {"", "+", "-", "=", "<", "\\le", ")", "]", "}", ",", "\\\\"}:
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
        return Partial(self.factor() if of is None else of, by)

    # binders

    def summation(self) -> Expr:
        bounds: list[Bounds] = []
        while self.has("\\sum"):
            self.take("_")
            self.take("{")
            variable = self.total()
            self.take("=")
            first = self.total()
            self.take("}")
            self.take("^")
            bounds.append((variable, first, self.group()))
        return Sum(self.product(), *reversed(bounds))

    def maximum(self, operator: str) -> MaxOver:
        self.take(operator)
        self.take("_")
        self.take("{")
        stacked = self.has("\\substack")
        if stacked:
            self.take("{")
        bounds = [self.bound()]
        while self.has("\\\\"):
            bounds.append(self.bound())
        self.take("}")
        if stacked:
            self.take("}")
        return MaxOver(self.product(), *bounds)

    def bound(self) -> Bounds:
        """0 <= m < n, or 1 <= m <= n."""
        first = self.total()
        self.take("\\le")
        variable = self.total()
        relation = self.take("<", "\\le")
        last = self.total()
        return variable, first, last - 1 if relation == "<" else last

    def bracket(self) -> Expr:
        """[a = b], [0 <= e < n], [(m, n) = argmax]."""
        start = self.at
        places = self.places()
        if places and self.has("="):
            if self.peek().startswith("\\operatorname*"):
                made: Expr = OneHot(self.maximum(self.peek()), *places)
            else:
                made = KroneckerDelta(places[0], self.total())
        else:
            self.at = start
            place, first, last = self.bound()
            made = Box(place, last + 1 - first)
        self.take("]")
        return made

    def places(self) -> list[Expr]:
        """(m, n), or a single place."""
        start = self.at
        if self.has("("):
            found = [self.total()]
            while self.has(","):
                found.append(self.total())
            if self.has(")") and self.peek() == "=" and len(found) > 1:
                return found
            self.at = start
        return [self.total()]

    # names

    def name(self, letter: str) -> Expr:
        r"""`w^{1}_{m,n}`, `\delta^{o^{1}}_{i}`, `k_1`, `H_o`, `m'`."""
        letter = letter.removeprefix("\\")
        above, below, primes = "", list[list[str]](), ""
        while self.peek() in {"^", "_", "'"}:
            if letter not in self._letters() and self.peek() == "^":
                break
            sign = self.take()
            if sign == "'":
                primes += "'"
            elif sign == "^":
                above = "".join(self.raw())
            else:
                below.append(self.raw())
        found = self._tensor(letter, above, below[0] if below else [])
        if found is not None:
            return found
        sub = "".join(below[0]).replace("\\", "") if below else ""
        for spelled in (f"{letter}{sub}{primes}", f"{letter}_{sub}{primes}"):
            if spelled in self.symbols:
                return self.symbols[spelled]
        raise ValueError(f"no name of the network: {letter} {above} {below}")

    def _letters(self) -> set[str]:
        return {key.split(" ")[-1].split("^")[0] for key in self.bases} | {"delta"}

    def raw(self) -> list[str]:
        """The tokens of a group, or a single one."""
        if not self.has("{"):
            return [self.take()]
        start, depth = self.at, 1
        while depth:
            depth += {"{": 1, "}": -1}.get(self.take(), 0)
        return self.rest[start : self.at - 1]

    def _tensor(self, letter: str, above: str, below: list[str]) -> Expr | None:
        key = self._key(letter, above)
        if key is None:
            return None
        base = self.bases[key]
        if not below:
            return base[0] if key in self.scalars else None
        inner = Reader("", self.bases, self.symbols, self.scalars)
        inner.rest = below
        places = [inner.total()]
        while inner.has(","):
            places.append(inner.total())
        return Indexed(base, *places)

    def _key(self, letter: str, above: str) -> str | None:
        """The key of a tensor; an error signal may be named by its layer alone."""
        if letter != "delta":
            return next((k for k in (f"{letter}^{above}", letter) if k in self.bases), None)
        plain = above.replace("{", "").replace("}", "").replace("\\", "")
        deltas = [k for k in self.bases if k.startswith("delta ")]
        exact = [k for k in deltas if k == f"delta {plain}"]
        short = [k for k in deltas if k.endswith(f"^{plain}") or (not plain and "^" not in k)]
        return [*exact, *(short if len(short) == 1 else ())][0] if exact or short else None


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


def symbols_of(expressions: Iterable[Expr]) -> dict[str, Symbol]:
    """The indices and sizes of formulas by name."""
    found = {s for e in expressions for s in e.atoms(Symbol)}
    return {s.name: s for s in sorted(found, key=str) if s.is_integer}
