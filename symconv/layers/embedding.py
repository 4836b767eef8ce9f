"""Embedding: rows of a table by their numbers."""

from dataclasses import dataclass

from symconv.core.equation import Equation
from symconv.core.errors import SymconvError
from symconv.core.nodes import Equals
from symconv.core.tensor import Tensor
from symconv.layers.support.ranges import indices_of, sum_over_ranges
from symconv.layers.support.scope import Scope
from symconv.layers.support.sizes import Sizes, per_axis

from .base import Layer, TensorName


@dataclass(frozen=True)
class Embedding(Layer):
    """The entries w[x[b,u], q], row number x[b,u] of the table w, for every place u.

    The input holds whole numbers, counted from 0, and has no gradient; the table is given as rows
    and columns, `embedding w 1000x64`. Every row gets the gradients of the places that read it.
    """

    keyword = "embedding"
    title = "rows of a table"
    letter = "y"
    takes_rows = True

    weight: TensorName
    table: Sizes

    def forward(self, x: Tensor, at: Scope) -> Equation:
        if x.role not in {"input", "target"}:
            raise SymconvError(
                f"an embedding looks up whole numbers, and {x.key} is computed",
                help="let it follow an input: 'input x NxT | embedding w 1000x64'",
            )
        if not isinstance(self.table, tuple) or len(self.table) != 2:
            raise SymconvError("a table has rows and columns", help="embedding w 1000x64")
        rows, columns = per_axis(self.table, 2)
        if rows == 1:
            raise SymconvError(
                "a table of one row leaves nothing to look up", help="2 rows or more"
            )
        places = at.like(x)
        row, column = at.ranges("feature", (rows,)), at.ranges("unit", (columns,))
        w = at.parameter("weight", row + column)
        chosen = Equals(row[0][0], x[indices_of(places)]) * w[indices_of(row, column)]
        return at.output(places + column, sum_over_ranges(chosen, row), batch=x.batch)
