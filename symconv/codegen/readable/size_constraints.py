"""Which sizes must be at least 1 for a forward pass to have a value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sympy import Expr, Pow, S, Symbol, expand
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program, SizeDefinition
from symconv.core.nodes import LogSumExp, MaxOver
from symconv.core.tensor import key_of


@dataclass(frozen=True)
class SizeConstraint:
    """A size that must be at least 1: floor(length / stride) + 1, and what it is called.

    `symbol` is the size that stands for it where there is one, else `words` name it.
    """

    length: Expr
    stride: Expr = S.One
    symbol: Symbol | None = None
    words: str = ""

    @property
    def symbols(self) -> set[Symbol]:
        return (self.length + self.stride).atoms(Symbol)


def find_size_constraints(program: Program) -> tuple[SizeConstraint, ...]:
    """The sizes that must be at least 1: of outputs, divisors and first windows of maxima."""
    found = [_constraint_of(d, program) for d in program.sizes]
    shapes = [n for e in program.equations for n in program.tensor(e.key).shape]
    found += [SizeConstraint(n - 1) for n in shapes if not n.is_Symbol and not n.is_positive]
    found += [SizeConstraint(n - 1, symbol=n) for n in _divisors(program)]
    found += [w for e in program.equations for w in _first_windows(e)]
    return tuple(dict.fromkeys(extent for extent in found if extent.symbols))


def _constraint_of(d: SizeDefinition, program: Program) -> SizeConstraint:
    """That of a definition; a size that no tensor has is called by its formula."""
    had = any(n.has(d.symbol) for t in program.tensors for n in t.shape)
    return SizeConstraint(d.numerator, d.stride, d.symbol if had else None)


def _divisors(program: Program) -> list[Symbol]:
    """The sizes of given arrays that the forward pass divides by: none may be a mean of nothing."""
    given = {n for t in program.given for n in t.shape}
    powers = [p for e in program.equations for p in e.rhs.atoms(Pow) if not p.has(Indexed)]
    below = [p.base for p in powers if p.exp.is_negative]
    symbols = {s for p in below for s in p.atoms(Symbol)} & given
    return sorted(symbols - {d.symbol for d in program.sizes}, key=str)


def _first_windows(equation: Equation) -> Iterator[SizeConstraint]:
    """How far the first window of a maximum reaches into its array, along every axis.

    Windows that read backwards, or that are no plain access, are not judged.
    """
    start = dict.fromkeys((v for v, _ in equation.ranges), S.Zero)
    for reducer in sorted(equation.rhs.atoms(MaxOver, LogSumExp), key=str):
        end = {v: high for v, _, high in reducer.limits}
        accesses = [reducer.function] if isinstance(reducer.function, Indexed) else []
        for name, place in ((key_of(a), e) for a in accesses for e in a.indices):
            last = expand(place.xreplace({**start, **end}))
            forwards = all(expand(place).coeff(v).is_nonnegative for v in (*start, *end))
            # A window without any entry has the maximum -inf, which no later layer can use.
            if forwards and _is_size_expression(last) and not last.is_nonnegative:
                yield SizeConstraint(last, words=f"the first window's part of {name}")


def _is_size_expression(e: Expr) -> bool:
    """Whether no index is left in a place."""
    return all(s.is_nonnegative for s in e.atoms(Symbol))
