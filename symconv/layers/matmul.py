"""Matrix product with a value that came before."""

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of, sum_over_ranges
from symconv.layers.support.scope import Scope

from .base import Layer, ValueName


@dataclass(frozen=True)
class MatMul(Layer):
    """The matrix product of x and a value that came before; `transposed` turns that one."""

    keyword = "matmul"
    title = "matrix product"
    letter = "y"

    other: ValueName
    transposed: bool = False

    def forward(self, x: Tensor, at: Scope) -> Equation:
        ranges, other = at.like(x), at.value(self.other)
        for matrix in (x, other):
            if len(matrix.shape) < 2:
                raise at.misfit(matrix, "two axes, the rows and the columns of a matrix")
        lead, row, summed = ranges[:-2], ranges[-2], ranges[-1]
        inner, columns = other.shape[-2:] if not self.transposed else other.shape[:-3:-1]
        if (*other.shape[:-2], inner) != (*x.shape[:-2], x.shape[-1]):
            left, right = (" x ".join(map(str, t.shape)) for t in (x, other))
            raise SymconvError(f"a matrix product of shapes {left} and {right} has no meaning")
        column = at.ranges("unit", (columns,))
        (k, j) = summed[0], column[0][0]
        factor = other[(*indices_of(lead), *((j, k) if self.transposed else (k, j)))]
        out = (*lead, row, *column)
        product = sum_over_ranges(x[indices_of(ranges)] * factor, (summed,))
        return at.output(out, product, batch=x.batch)
