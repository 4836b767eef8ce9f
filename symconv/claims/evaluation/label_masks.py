"""1 at the entry of every row that its label names, and 0 at all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symconv.claims.arrays.dense_array import describe_shape, limit_entries, make_dense
from symconv.claims.model.errors import NotChecked, ShapeMismatchError
from symconv.claims.model.syntax_tree import LabelMask
from symconv.core.equation import count_labels
from symconv.semantics.autodiff import TapeNode
from symconv.semantics.index_arithmetic import as_integer

from .arrays import Value
from .dense_values import as_dense, as_value
from .index_expressions import Environment
from .plain_values import read_whole

if TYPE_CHECKING:
    from .evaluator import Evaluator


def mark_labels(at: Evaluator, node: LabelMask, env: Environment) -> Value:
    """[column = label of the row]; ShapeMismatchError where NumPy would find no such entry."""
    shape = as_dense(at.value(node.base, env)).shape
    labels = as_dense(at.value(node.label, env))
    if len(shape) != 2 or len(labels.shape) != 1:
        said = f"rows and labels of the shapes {describe_shape(shape)} and "
        raise ShapeMismatchError(said + describe_shape(labels.shape))
    (count,) = labels.shape
    if node.rows is not None:
        asked = read_whole(at, node.rows, env)
        if not asked == count == shape[0]:
            said = f"{asked} rows are counted, of {shape[0]} with {count} labels"
            raise ShapeMismatchError(said)
    extent = shape[int(node.axis)]
    counted = count_labels(at.context.forward.equations).get(node.label.letter, ())
    if len(counted) != 1:
        raise NotChecked("a label that may be none of the classes chooses no entry")
    classes = as_integer(counted[0], at.context.size_map)
    if extent < classes:
        said = f"labels of {classes} classes choose from {extent} entries"
        raise ShapeMismatchError(said)
    limit_entries((count, extent))
    algebra = at.assignment.algebra
    plain = [x.value if isinstance(x, TapeNode) else x for x in labels.entries]
    marks = [
        at.algebra.number(0) + algebra.compare_label(k, x) for x in plain for k in range(extent)
    ]
    return as_value(make_dense((count, extent), marks))
