"""The findings of a backward pass: operations that results are, each stated only when proved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sympy import Expr

from symconv.core.equation import Equation, Program
from symconv.core.errors import SymconvError
from symconv.core.proof import Backward, Derivation

from .axes import product_form, windows
from .plain import Plain, difference, plain
from .sliding import Sliding, slidings
from .trials import Operation, proved

MOST_SCATTERED = 40_000


@dataclass(frozen=True)
class Finding:
    """A result and the operation that it is; `scattered` if it is a transposed convolution."""

    derivation: Derivation
    operation: Sliding | Plain
    coefficient: Expr
    transposed: bool = False


def findings(backward: Backward) -> tuple[Finding, ...]:
    """What is proved of the results of a backward pass."""
    made = (_finding(backward.program, d) for d in backward.derivations)
    return tuple(f for f in made if f is not None)


def _finding(program: Program, derivation: Derivation) -> Finding | None:
    for coefficient, operation in candidates(derivation.equation):
        claim = operation.correlation if isinstance(operation, Sliding) else operation.value
        if _holds(program, derivation.equation, coefficient, claim):
            transposed = isinstance(operation, Sliding) and _transposed(
                program, derivation, coefficient, operation
            )
            return Finding(derivation, operation, coefficient, transposed)
    return None


def candidates(equation: Equation) -> Iterator[tuple[Expr, Sliding | Plain]]:
    """What the index expressions suggest; nothing is proved yet."""
    found = difference(equation)
    if found:
        yield found
    form = product_form(equation)
    if form is None:
        return
    if len(form.factors) == 2:
        for pair in (form.factors, form.factors[::-1]):
            moved = windows(form, pair[0], pair[1])
            sliding = slidings(form, moved, (pair[0], pair[1])) if moved else None
            if sliding:
                yield form.coefficient, sliding
    bare = plain(form)
    if bare:
        yield form.coefficient, bare


def _transposed(
    program: Program, derivation: Derivation, coefficient: Expr, operation: Sliding
) -> bool:
    """Whether errors flow back through a kernel; proved by adding every error to its places."""
    roles = [program.tensor(a).role for a in (operation.first, operation.second)]
    if roles != ["delta", "parameter"] or any(w.stride != 1 for w in operation.windows):
        return False
    if not operation.form.free.keys() <= derivation.equation.rhs.free_symbols:
        return False
    shapes: Sequence[Expr] = (*operation.first.base.shape, *operation.second.base.shape)
    size = 1
    for n in shapes:
        size *= int(n) if n.is_Integer else 3
    if size > MOST_SCATTERED or operation.mirrored:
        return False
    return _holds(program, derivation.equation, coefficient, operation.scattering)


def _holds(program: Program, equation: Equation, coefficient: Expr, claim: Operation) -> bool:
    """Whether the claim is proved; what cannot be evaluated is not."""
    try:
        return proved(program, equation, coefficient, claim)
    except SymconvError:
        return False
