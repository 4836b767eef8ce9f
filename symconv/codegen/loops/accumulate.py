"""Adding a formula to a running value, term by term, where no factor of a term is 0 for sure."""

from __future__ import annotations

from sympy import Add, Expr, Mul, Sum
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Ranges
from symconv.core.nodes import step
from symconv.core.tensor import key_of

from .entries import may_be_out_of_bounds, write_entry
from .scalars import BRACKETS, bracket_conditions, write_product, write_scalar
from .writer import LoopWriter


def accumulate_terms(target: str, e: Expr, writer: LoopWriter, *, first: bool = False) -> None:
    """Write `target += e`, with loops for sums; `first` says that the target holds 0 alone."""
    if isinstance(e, Sum):
        with writer.loop(sum_ranges(e)):
            accumulate_terms(target, e.function, writer)
        return
    terms = Add.make_args(e)
    # Terms that are there everywhere share a line; each of the others stands in a block of its own.
    plain = [t for t in terms if not _needs_block(t, writer)]
    if plain:
        writer.assign(f"{target} {'=' if first else '+='}", write_scalar(Add(*plain), writer))
    for term in terms:
        if term not in plain:
            _accumulate_term(target, term, writer)


def sum_ranges(e: Sum) -> Ranges:
    """The indices that a sum binds, the outermost first."""
    # The first limit of a sum of SymPy is its innermost one.
    return tuple((v, high + 1) for v, _, high in reversed(e.limits))


def _needs_block(e: Expr, writer: LoopWriter) -> bool:
    """Whether a term is left out somewhere, or is a sum that is added up in place."""
    factors = Mul.make_args(e)
    return isinstance(e, Sum) or any(
        _is_test(f, writer) or (isinstance(f, Indexed) and may_be_out_of_bounds(f, writer))
        for f in factors
    )


def _is_test(e: Expr, writer: LoopWriter) -> bool:
    """Whether a factor is 0 or 1: it becomes a condition, not a multiplication."""
    if isinstance(e, Indexed):
        return writer.tensors[key_of(e)].role == "mask"
    return isinstance(e, (*BRACKETS, step))


def _accumulate_term(target: str, e: Expr, writer: LoopWriter) -> None:
    """Add one product inside of the conditions under which it is not 0."""
    coefficient, rest = e.as_coeff_Mul()
    factors = list(rest.as_ordered_factors())
    entries = [f for f in factors if isinstance(f, Indexed)]
    needed = [c for f in entries for c in write_entry(f, writer).conditions if c not in writer.true]
    tests = [f for f in factors if _is_test(f, writer)]
    # Entries first: a line that a test needs may read one that is only there where they hold.
    if needed and _prepares(tests, needed, writer):
        with writer.guard(needed):
            _accumulate_term(target, e, writer)
        return
    found = [c for f in tests for c in _test_conditions(f, writer)]
    with writer.guard([*needed, *found]):
        _accumulate_product(target, coefficient, [f for f in factors if f not in tests], writer)


def _test_conditions(e: Expr, writer: LoopWriter) -> list[str]:
    """The conditions under which a factor that is 0 or 1 is 1."""
    return (
        [write_entry(e, writer).text] if isinstance(e, Indexed) else bracket_conditions(e, writer)
    )


def _prepares(tests: list[Expr], needed: list[str], writer: LoopWriter) -> bool:
    """Whether lines stand before a test that may only run where the conditions hold."""
    with writer.aside(needed) as lines:
        for e in tests:
            _test_conditions(e, writer)
        return bool(lines)


def _accumulate_product(
    target: str, coefficient: Expr, factors: list[Expr], writer: LoopWriter
) -> None:
    if coefficient == 1 and len(factors) == 1 and isinstance(factors[0], Sum):
        accumulate_terms(target, factors[0], writer)
        return
    # The sign goes into the operator: `-= a`, not `+= -a`.
    size = abs(coefficient)
    given = factors if size == 1 and factors else [size, *factors]
    sign = "-=" if coefficient.could_extract_minus_sign() else "+="
    writer.assign(f"{target} {sign}", write_product(given, writer))
