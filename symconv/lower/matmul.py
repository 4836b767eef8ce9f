"""Products of two arrays as matrix products, stacked over the indices in front."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sympy import Mul, Symbol

from .builder import ProgramBuilder
from .ir import Array, Matmul
from .named_array import NamedArray, reshape_array, transpose_axes

Axes = tuple[Symbol, ...]


@dataclass(frozen=True)
class MatrixView:
    """An operand as a stack of matrices: the axes in front, those of its rows and its columns."""

    operand: NamedArray
    stack: Axes
    rows: Axes
    columns: Axes

    @property
    def turned(self) -> bool:
        """Whether the operand holds the transposed matrices."""
        return self.operand.axes == (*self.stack, *self.columns, *self.rows)

    @property
    def stands(self) -> bool:
        """Whether no axis has to be moved, but for the transposition of a matrix."""
        return self.turned or self.operand.axes == (*self.stack, *self.rows, *self.columns)

    @property
    def runs(self) -> bool:
        """Whether several axes have to be run together into one."""
        return len(self.rows) > 1 or len(self.columns) > 1

    def array(self, bench: ProgramBuilder) -> Array:
        """The operand with one axis for all its rows and one for all its columns."""
        runs = (self.columns, self.rows) if self.turned else (self.rows, self.columns)
        found = transpose_axes(self.operand, (*self.stack, *runs[0], *runs[1])).array
        if self.runs:
            sizes = (Mul(*(bench.extents[v] for v in run)) for run in runs)
            found = reshape_array(found, (*(bench.extents[v] for v in self.stack), *sizes))
        if not self.turned:
            return found
        first, second = runs[0][0], runs[1][0]
        last = NamedArray(found, (*self.stack, first, second))
        return transpose_axes(last, (*self.stack, second, first)).array


@dataclass(frozen=True)
class MatmulPlan:
    """left @ right; the axes of the result are the stack, the rows of one, the columns of one."""

    left: MatrixView
    right: MatrixView
    stack: Axes

    @property
    def possible(self) -> bool:
        """One operand has the whole stack and the other one its end, as broadcasting wants it."""
        short, long = sorted((self.left.stack, self.right.stack), key=len)
        # `@` broadcasts the axes in front from the right, as every NumPy function does.
        return long == self.stack and long[len(long) - len(short) :] == short

    @property
    def effort(self) -> int:
        return self.left.runs + self.right.runs

    def product(self, bench: ProgramBuilder) -> NamedArray:
        axes = (*self.stack, *self.left.rows, *self.right.columns)
        array: Array = Matmul(self.left.array(bench), self.right.array(bench))
        if len(self.left.rows) > 1 or len(self.right.columns) > 1:
            array = reshape_array(array, tuple(bench.extents[v] for v in axes))
        return NamedArray(array, axes)


def lower_to_matmul(
    bench: ProgramBuilder, factors: tuple[NamedArray, NamedArray], out: Axes
) -> NamedArray | None:
    """The product of two factors as `@`, where that is as plain as an einsum or much faster.

    An einsum that keeps an index of both factors does not reach BLAS: then they are brought into
    the form of matrices. Else they must have that form, or one of them after a reshape.
    """
    first, second = (set(f.axes) for f in factors)
    # No product of matrices sums over an index of one factor alone.
    if (first ^ second) - set(out):
        return None
    plans = [p for p in _matmul_plans(factors, out) if p.possible]
    kept = bool(first & second & set(out))
    # A transposed matrix is free for BLAS and moved axes are a copy. Two reshapes are no plainer
    # than the einsum, which makes the same ones inside.
    natural = [p for p in plans if p.left.stands and p.right.stands and (kept or p.effort < 2)]
    found = min(natural or (plans if kept else []), key=lambda p: p.effort, default=None)
    return None if found is None else found.product(bench)


def _matmul_plans(factors: tuple[NamedArray, NamedArray], out: Axes) -> Iterator[MatmulPlan]:
    """Every way of reading the axes asked for as a stack, rows and columns; others are in both."""
    for left, right in (factors, factors[::-1]):
        summed = tuple(v for v in left.axes if v not in out)
        for end in range(len(out)):
            stack, rest = out[:end], out[end:]
            rows = tuple(v for v in rest if v not in right.axes)
            columns = tuple(v for v in rest if v not in left.axes)
            # Both need an axis of their own and one in common: else it is no product of matrices.
            if summed and rows and columns and rest == (*rows, *columns):
                first = tuple(v for v in stack if v in left.axes)
                second = tuple(v for v in stack if v in right.axes)
                yield MatmulPlan(
                    MatrixView(left, first, rows, summed),
                    MatrixView(right, second, summed, columns),
                    stack,
                )
