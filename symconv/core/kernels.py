"""The direction in which a kernel and its window are read: correlation or convolution."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sympy import Expr, Sum, Symbol, expand
from sympy.tensor.indexed import Indexed

from .tensor import key_of


def kernel_directions(rhs: Expr, parameters: Collection[str]) -> Iterator[frozenset[int]]:
    """For each sum: 1 where a kernel is read forwards through a window, -1 where backwards.

    `parameters` are the keys of the tensors that are kernels. Other sums yield nothing, or 0 where
    an index moves through only one of the two. A window that fits only once has one direction that
    shows: against the kernel's.
    """
    # Cross-correlation reads w[m] with x[i + m]: m rises in both, the product of the signs is 1. A
    # convolution reads w[m] with x[i - m] or w[k - 1 - m] with x[i + m]: -1.
    for summed in sorted(rhs.atoms(Sum), key=str):
        accesses = sorted(summed.function.atoms(Indexed), key=str)
        kernels = [a for a in accesses if key_of(a) in parameters]
        others = [a for a in accesses if a not in kernels]
        signs = {
            _direction(kernel, v) * window
            for kernel in kernels
            for v in summed.variables
            for window in _window_directions(others, v)
        }
        once = {
            _direction(kernel, v) * _direction(other, v)
            for kernel in kernels
            for other in others
            for v in summed.variables
        }
        yield frozenset(signs | (once & {-1}))


def _direction(access: Indexed, v: Symbol) -> int:
    """The sign with which an index moves through an access; 0 where it does not."""
    return next((_sign(expand(e).coeff(v)) for e in access.indices if e.has(v)), 0)


def _window_directions(accesses: list[Indexed], v: Symbol) -> Iterator[int]:
    """The same for accesses in which the index shares its axis with another one: windows."""
    for access in accesses:
        for e in access.indices:
            # Sizes are declared non-negative and indices are not: what is left beside v must be an
            # index.
            if any(not s.is_nonnegative for s in e.free_symbols - {v}) and e.has(v):
                yield _sign(expand(e).coeff(v))


def _sign(coefficient: Expr) -> int:
    return 1 if coefficient.is_positive else -1 if coefficient.is_negative else 0
