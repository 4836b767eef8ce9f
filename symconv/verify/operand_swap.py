"""Role swap: the derivative of a contraction is the contraction with output and operand swapped.

An oracle in two lines for equations that are sums of products of entries,
out[A j] = sum_j c * prod_k T_k[A_k j]. For each j and each factor k that is T,
gradient[A_k j] += c * delta[A j] * (the product of the other factors).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from random import Random
from typing import Any

from sympy import Add, Expr, Function, Mul, NumberSymbol, Pow, Sum
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation, Program, Ranges
from symconv.core.tensor import key_of
from symconv.semantics.index_arithmetic import Place, as_integer, compile_place, evaluate_size
from symconv.semantics.run import Tables

from .evaluation_point import EvaluationPoint
from .inner_products import output_cotangents, pull_back, random_cotangents
from .per_equation import check_each_equation, points_for_equations
from .record import Check, values_agree


@dataclass(frozen=True)
class ContractionTerm:
    """One product of entries, summed over a box of indices."""

    coefficient: Expr
    factors: tuple[Indexed, ...]
    box: Ranges


def check_operand_swap(
    program: Program,
    *,
    draws: int = 3,
    seed: int = 0,
    made: Sequence[EvaluationPoint] | None = None,
) -> tuple[Check, ...]:
    """One check for each backward equation of a tensor that only contractions read."""
    equations = [e for e in program.derivatives if _is_swappable(e, program)]
    made = points_for_equations(program, draws, seed) if made is None else made
    return check_each_equation("role swap", operand_swap_error, equations, made, seed)


def split_contractions(equation: Equation) -> list[ContractionTerm] | None:
    """An equation as a sum of contractions; None where it is something else."""
    terms = [_match_contraction(a, equation.ranges) for a in Add.make_args(equation.rhs)]
    return None if None in terms else [t for t in terms if t is not None]


def _match_contraction(e: Expr, ranges: Ranges) -> ContractionTerm | None:
    factors, box = list(Mul.make_args(e)), ranges
    sums = [a for a in factors if isinstance(a, Sum)]
    if len(sums) > 1 or any(low != 0 for s in sums for _, low, _ in s.limits):
        return None
    for inner in sums:
        factors.remove(inner)
        factors += Mul.make_args(inner.function)
        box = (*box, *((v, high + 1) for v, _, high in inner.limits))
    entries = tuple(a for a in factors if isinstance(a, Indexed))
    rest = Mul(*(a for a in factors if not isinstance(a, Indexed)))
    if rest.has(Indexed) or rest.free_symbols & {v for v, _ in box} or not _is_rational(rest):
        return None
    return ContractionTerm(rest, entries, box)


def _is_rational(coefficient: Expr) -> bool:
    """Whether a coefficient is a rational number, or made of sizes and such: no log(6)."""
    powers = coefficient.atoms(Pow)
    return not coefficient.has(Function, NumberSymbol) and all(p.exp.is_Integer for p in powers)


def _is_swappable(equation: Equation, program: Program) -> bool:
    several = len(program.writers[equation.key]) > 1
    plain = program.tensor(equation.key).name.plain.key
    reading = program.readers.get(plain, ())
    readers = [e for e in reading if not program.tensor(e.key).is_derivative]
    return bool(readers) and not several and all(split_contractions(e) is not None for e in readers)


def operand_swap_error(equation: Equation, trial: EvaluationPoint, seed: int) -> tuple[int, str]:
    """Where a backward equation differs from the swapped contraction."""
    random = Random(seed)  # noqa: S311 - test numbers, not secrets
    program = trial.program
    plain = program.tensor(equation.key).name.plain.key
    cotangents = random_cotangents(equation, trial, random)
    swapped: dict[Place, Any] = defaultdict(int)
    for reader in trial.forward.readers.get(plain, ()):
        delta = output_cotangents(reader.key, cotangents, trial)
        for term in split_contractions(reader) or ():
            tables = {**trial.values, "": delta}
            for place, value in _swap_operands(term, reader.lhs, plain, tables, trial):
                swapped[place] += value
    found = pull_back(equation, cotangents, trial)
    for place, value in found.items():
        if not values_agree(value, swapped[place]):
            return len(found), f"{equation.key}{list(place)} is {value}, swapped {swapped[place]}"
    return len(found), ""


def _swap_operands(
    term: ContractionTerm, out: Indexed, key: str, tables: Tables, trial: EvaluationPoint
) -> Iterator[tuple[Place, Any]]:
    """The contraction with the output (its delta stands under "") and T swapped, term by term."""
    slots = {v: n for n, (v, _) in enumerate(term.box)}
    coefficient = evaluate_size(term.coefficient, trial.sizes)
    keys = ["", *(key_of(f) for f in term.factors)]
    places = [compile_place(f.indices, trial.sizes, slots) for f in (out, *term.factors)]
    for values in product(*(range(as_integer(n, trial.sizes)) for _, n in term.box)):
        here = [place(list(values)) for place in places]
        entries = [tables[k].get(p, 0) for k, p in zip(keys, here, strict=True)]
        for n, k in enumerate(keys):
            # The product rule for a product of entries: one summand for each factor that is T.
            if k == key:
                yield here[n], coefficient * prod(entries[:n] + entries[n + 1 :])
