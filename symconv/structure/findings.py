"""The findings of a backward pass: operations that results are, each stated only when proved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sympy import Expr

from symconv.core.equation import Equation, Program
from symconv.core.errors import SymconvError
from symconv.core.proof import Backward, Derivation
from symconv.semantics.sizes import pick

from .axes import ProductForm, product_form, windows
from .carried import MOST_READS, Carried, carried, reads
from .plain import Plain, difference, plain
from .pointwise import Pointwise, pointwise
from .sliding import Sliding, slidings
from .softmax import SoftmaxDifference, softmax_difference
from .trials import SEEDS, Operation, proved

MOST_SCATTERED = 40_000
Known = Sliding | Plain | Carried | Pointwise | SoftmaxDifference


@dataclass(frozen=True)
class Finding:
    """A result and the operation that it is; `transposed` if it is a transposed convolution."""

    derivation: Derivation
    operation: Known
    coefficient: Expr
    transposed: bool = False


def findings(backward: Backward) -> tuple[Finding, ...]:
    """What is proved of the results of a backward pass."""
    made = (_finding(backward.program, d) for d in backward.derivations)
    return tuple(f for f in made if f is not None)


def _finding(program: Program, derivation: Derivation) -> Finding | None:
    for coefficient, operation in candidates(program, derivation):
        if isinstance(operation, SoftmaxDifference):
            return Finding(derivation, operation, coefficient)
        claim = operation.correlation if isinstance(operation, Sliding) else operation.value
        if _small(program, operation) and _holds(program, derivation.equation, coefficient, claim):
            transposed = isinstance(operation, Sliding) and _transposed(
                program, derivation, coefficient, operation
            )
            return Finding(derivation, operation, coefficient, transposed)
    return None


def candidates(program: Program, derivation: Derivation) -> Iterator[tuple[Expr, Known]]:
    """What the formulas suggest; nothing is proved yet, but for softmax, whose formula says it."""
    equation = derivation.equation
    found = (difference(equation), softmax_difference(program, equation))
    yield from (candidate for candidate in found if candidate)
    form, back = product_form(equation), carried(program, derivation)
    if back and back[1].mask is not None:
        yield back
    if form is not None:
        yield from _products(form)
    yield from (candidate for candidate in (back, pointwise(equation)) if candidate)


def _products(form: ProductForm) -> Iterator[tuple[Expr, Known]]:
    if len(form.factors) == 2:
        for pair in (form.factors, form.factors[::-1]):
            moved = windows(form, pair[0], pair[1])
            sliding = slidings(form, moved, (pair[0], pair[1])) if moved else None
            if sliding:
                yield form.coefficient, sliding
    bare = plain(form)
    if bare:
        yield form.coefficient, bare


def _small(program: Program, operation: Known) -> bool:
    """Whether the reads of a forward pass can be gone through one by one."""
    if not isinstance(operation, Carried):
        return True
    sizes = pick(program, SEEDS[0])
    return reads(operation, sizes) <= MOST_READS


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
    except (SymconvError, ArithmeticError):
        return False
