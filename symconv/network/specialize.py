"""A network at sizes that are fixed: numbers in place of some of its size symbols."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sympy import Expr, Integer, Rational, Symbol, floor

from symconv.calculus.single_values import drop_single_values
from symconv.core.equation import Equation, Program, SizeDefinition
from symconv.core.errors import SymconvError, did_you_mean

LARGEST = 10**9
"""The largest value of a size.

SymPy calculates with any, but arrays have to be indexed in 64 bits.
"""


def specialize_sizes(program: Program, sizes: Mapping[str, int]) -> Program:
    """The program with numbers for the named sizes; what they define becomes a number, too.

    Raises SymconvError for an unknown name, and where a size is too small or too large.
    """
    known = {s.name: s for s in program.free_sizes}
    given: dict[Symbol, Expr] = {}
    for name, value in sizes.items():
        if name not in known:
            raise SymconvError(
                f"the network has no size '{name}'", help=_unknown_size_help(name, known)
            )
        least = 1 if known[name].is_positive else 0
        if not least <= value <= LARGEST:
            raise SymconvError(f"the size {name} = {value} is no number from {least} to {LARGEST}")
        given[known[name]] = Integer(value)
    # In order: a later definition may need the number that an earlier one has become.
    open_ = [d for d in program.sizes if not _resolve_definition(d, given)]
    left = tuple(_substitute_definition(d, given) for d in open_)
    return Program(
        tuple(replace(t, shape=tuple(n.xreplace(given) for n in t.shape)) for t in program.tensors),
        tuple(drop_single_values(_substitute_equation(e, given), left) for e in program.equations),
        program.output,
        left,
    )


def _unknown_size_help(name: str, known: Mapping[str, Symbol]) -> str:
    return did_you_mean(name, known) if known else "all of its sizes are numbers"


def _resolve_definition(d: SizeDefinition, given: dict[Symbol, Expr]) -> bool:
    """Whether a definition has become a number, which is then given, too."""
    numerator, stride = d.numerator.xreplace(given), d.stride.xreplace(given)
    if not (isinstance(numerator, Rational) and isinstance(stride, Rational)):
        return False
    given[d.symbol] = floor(numerator / stride) + 1
    if given[d.symbol] < 1:
        raise SymconvError(
            f"the size {d.symbol} = {given[d.symbol]} is too small", help="give larger images"
        )
    return True


def _substitute_definition(d: SizeDefinition, given: Mapping[Symbol, Expr]) -> SizeDefinition:
    numbers = dict(given)
    return SizeDefinition(d.symbol, d.numerator.xreplace(numbers), d.stride.xreplace(numbers))


def _substitute_equation(e: Equation, given: Mapping[Symbol, Expr]) -> Equation:
    numbers = dict(given)
    ranges = tuple((v, n.xreplace(numbers)) for v, n in e.ranges)
    averaged = tuple(n.xreplace(numbers) for n in e.averaged)
    lhs, rhs = e.lhs.xreplace(numbers), e.rhs.xreplace(numbers)
    return replace(e, lhs=lhs, rhs=rhs, ranges=ranges, averaged=averaged)
