"""The findings of a backward pass: operations that results are, each stated only when proved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sympy import Expr

from symconv.core.equation import Equation, Program
from symconv.core.errors import SymconvError
from symconv.core.proof import Backward, Derivation
from symconv.semantics.sizes import SizeDraws

from .array_operations import ArrayOperation, match_array_operation, match_difference
from .correlation import Correlation, match_correlation
from .correlation_axes import ProductForm, match_correlation_axes, match_product
from .pointwise import PointwiseProduct, match_pointwise
from .routing import MOST_READS, Routing, count_reads, match_routing
from .sample_points import SEEDS, Operation, confirm_operation, count_entries
from .softmax import SoftmaxDifference, match_softmax_difference

MOST_SCATTERED = 40_000
"""The most products that a proof by scattering adds one by one: 17,000 of them take 0.8 s."""

MOST_DRAWN = 2_000_000
"""The most entries that are drawn for the proofs of one network, where sizes are numbers.

They take about 8 s. Of what is beyond, no operation is stated.
"""

TYPICAL_EXTENT = 3
"""What an open size counts for in that estimate: in the proof it is drawn between 1 and 9."""

KnownOperation = Correlation | ArrayOperation | Routing | PointwiseProduct | SoftmaxDifference


@dataclass(frozen=True)
class Finding:
    """A result and the operation that it is; `transposed` if it is a transposed convolution."""

    derivation: Derivation
    operation: KnownOperation
    coefficient: Expr
    transposed: bool = False


def find_operations(backward: Backward) -> tuple[Finding, ...]:
    """What is proved of the results of a backward pass."""
    draws = SizeDraws(backward.program)
    made = (_find_operation(draws, d) for d in _affordable_derivations(draws, backward))
    return tuple(f for f in made if f is not None)


def _affordable_derivations(draws: SizeDraws, backward: Backward) -> Iterator[Derivation]:
    """The derivations, from the output on, whose entries can be drawn.

    Only where sizes are numbers is there a choice to make: others are drawn small.
    """
    spent = 0
    for derivation in backward.derivations:
        if not draws.program.free_sizes:
            spent += count_entries(derivation.equation, draws.pick(SEEDS[0]))
        if spent <= MOST_DRAWN:
            yield derivation


def _find_operation(draws: SizeDraws, derivation: Derivation) -> Finding | None:
    for coefficient, operation in match_operations(draws.program, derivation):
        if isinstance(operation, SoftmaxDifference):
            return Finding(derivation, operation, coefficient)
        claim = operation.correlation if isinstance(operation, Correlation) else operation.value
        if _is_affordable(draws, operation) and _is_confirmed(
            draws, derivation.equation, coefficient, claim
        ):
            transposed = isinstance(operation, Correlation) and _is_transposed_convolution(
                draws, derivation, coefficient, operation
            )
            return Finding(derivation, operation, coefficient, transposed)
    return None


def match_operations(
    program: Program, derivation: Derivation
) -> Iterator[tuple[Expr, KnownOperation]]:
    """What the formulas suggest; nothing is proved yet, but for softmax, whose formula says it."""
    equation = derivation.equation
    found = (match_difference(equation), match_softmax_difference(program, equation))
    yield from (candidate for candidate in found if candidate)
    form, back = match_product(equation), match_routing(program, derivation)
    # Max pooling first: its product of a mask and a delta would be matched as a correlation as
    # well.
    if back and back[1].mask is not None:
        yield back
    if form is not None:
        yield from _match_products(form)
    yield from (candidate for candidate in (back, match_pointwise(equation)) if candidate)


def _match_products(form: ProductForm) -> Iterator[tuple[Expr, KnownOperation]]:
    if len(form.factors) == 2:
        for pair in (form.factors, form.factors[::-1]):
            moved = match_correlation_axes(form, pair[0], pair[1])
            sliding = match_correlation(form, moved, (pair[0], pair[1])) if moved else None
            if sliding:
                yield form.coefficient, sliding
    bare = match_array_operation(form)
    if bare:
        yield form.coefficient, bare


def _is_affordable(draws: SizeDraws, operation: KnownOperation) -> bool:
    """Whether the reads of a forward pass can be gone through one by one."""
    if not isinstance(operation, Routing):
        return True
    return count_reads(operation, draws.pick(SEEDS[0])) <= MOST_READS


def _is_transposed_convolution(
    draws: SizeDraws, derivation: Derivation, coefficient: Expr, operation: Correlation
) -> bool:
    """Whether errors flow back through a kernel; proved by adding every error to its places."""
    roles = [draws.program.tensor(a).role for a in (operation.first, operation.second)]
    if roles != ["delta", "parameter"] or any(w.stride != 1 for w in operation.windows):
        return False
    if not operation.form.free.keys() <= derivation.equation.rhs.free_symbols:
        return False
    shapes: Sequence[Expr] = (*operation.first.base.shape, *operation.second.base.shape)
    size = 1
    for n in shapes:
        size *= int(n) if n.is_Integer else TYPICAL_EXTENT
    if size > MOST_SCATTERED or operation.mirrored:
        return False
    return _is_confirmed(draws, derivation.equation, coefficient, operation.scattering)


def _is_confirmed(
    draws: SizeDraws, equation: Equation, coefficient: Expr, claim: Operation
) -> bool:
    """Whether the claim is proved; what cannot be evaluated is not."""
    try:
        return confirm_operation(draws, equation, coefficient, claim)
    except (SymconvError, ArithmeticError):
        return False
