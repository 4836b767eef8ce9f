"""Programs of arrays, run step by step: what names stand for after assignments and loops."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from symconv.claims.arrays.dense_array import (
    DenseArray,
    broadcast_shapes,
    combine_dense,
    describe_shape,
    repeat_to,
)
from symconv.claims.arrays.running_maximum import is_lowest, resolve_maximum
from symconv.claims.arrays.unset import Unset
from symconv.claims.model.code_nodes import (
    CodeAssignment,
    CodeBranch,
    CodeLoop,
    CodeRun,
    CodeStep,
    ItemAssignment,
    LocalName,
    LoopRange,
)
from symconv.claims.model.errors import ClaimError, NotChecked, ShapeMismatchError
from symconv.claims.model.syntax_tree import (
    ArrayLiteral,
    BinaryExpression,
    Cases,
    Condition,
    FunctionCall,
    JoinedConditions,
    Subscript,
    SyntaxNode,
    TensorReference,
)
from symconv.core.errors import SymconvError

from .array_views import ArrayView, view_array
from .arrays import ArrayValue, Value
from .dense_values import as_dense, as_value
from .index_expressions import COMPARISONS, Environment
from .plain_values import has_plain_value, read_plain, read_whole
from .subscripts import find_view, read_spans

if TYPE_CHECKING:
    from .evaluator import Evaluator

VIEWS = {
    "np.reshape", "np.transpose", "np.ravel", "np.swapaxes", "np.squeeze", "np.expand_dims",
    "np.broadcast_to", "np.sliding_window_view", "transpose",
}  # fmt: skip
"""Words whose result may be the same memory: a change of it would change what it is made of."""


def evaluate_run(at: Evaluator, node: CodeRun, env: Environment) -> Value:
    """The value of a formula after its steps; code counts from 0, whatever the notation does."""
    star = at.options.star if at.options.is_code else "code"
    inner = replace(at, options=replace(at.options, base=0, star=star), locals={}, running=True)
    for step in node.steps:
        take_step(inner, step, env)
    return _settle(inner.value(node.value, env))


def _settle(value: Value) -> Value:
    """A value whose entries are numbers."""
    if isinstance(value, ArrayValue):
        return value.map(_settle)
    if is_lowest(value):
        raise ClaimError("-inf is left among the entries", help="a maximum of some numbers")
    if isinstance(value, Unset):
        raise ClaimError("an entry is left that was never set", help="np.zeros(shape)")
    return resolve_maximum(value)


def evaluate_local(at: Evaluator, node: LocalName, _env: Environment) -> Value:
    """What a name stands for."""
    found = at.locals.get(node.name)
    if isinstance(found, ArrayView):
        return found.value()
    if isinstance(found, int):
        return at.algebra.number(int(found))
    if isinstance(found, tuple) and found and all(isinstance(n, int) for n in found):
        return as_value(DenseArray((len(found),), tuple(at.algebra.number(n) for n in found)))
    raise NotChecked(f"'{node.name}' has no value here")


def take_step(at: Evaluator, step: CodeStep, env: Environment) -> None:
    """Take a step; an error says in which line it is."""
    try:
        STEPS[type(step)](at, step, env)
    except (ShapeMismatchError, NotChecked) as error:
        raise _place(error, step) from None
    except ClaimError as error:
        raise _place(error, step) from None


def _place(error: SymconvError, step: CodeStep) -> SymconvError:
    """The same error with the line that it is about."""
    if error.message.startswith("line "):
        return error
    return type(error)(f"line {step.line}: {error.message}", help=error.help)


def _assign(at: Evaluator, step: CodeAssignment, env: Environment) -> None:
    if step.mark:
        _change_whole(at, step, env)
    elif len(step.targets) == 1:
        at.locals[step.targets[0]] = _evaluate(at, step.value, env)
    else:
        values = list(_unpack(at, step, env))
        if len(values) != len(step.targets):
            raise ShapeMismatchError(f"{len(values)} values for {len(step.targets)} names")
        at.locals |= {n: v for n, v in zip(step.targets, values, strict=True) if n}


def _unpack(at: Evaluator, step: CodeAssignment, env: Environment) -> Iterator[Any]:
    """What each of several names gets: the extents of a shape, or one formula for each."""
    if has_plain_value(at, step.value):
        found = read_plain(at, step.value, env)
        if not isinstance(found, tuple):
            raise ClaimError("one number for several names", help="N, C, H, W = x.shape")
        yield from found
    elif isinstance(step.value, ArrayLiteral) and len(step.value.shape) == 1:
        yield from [_evaluate(at, entry, env) for entry in step.value.entries]
    else:
        raise ClaimError("these names are not read", help="N, C, H, W = x.shape")


def _evaluate(at: Evaluator, node: SyntaxNode, env: Environment) -> Any:
    """A formula as what a name stands for: a whole number, a shape, an array, a view of one."""
    if has_plain_value(at, node):
        return read_plain(at, node, env)
    if isinstance(node, LocalName) and node.name in at.locals:
        return at.locals[node.name]
    view = find_view(at, node, env)
    return view_array(as_dense(at.value(node, env)), fixed=_is_view(node)) if view is None else view


def _is_view(node: SyntaxNode) -> bool:
    """Whether a formula may be the same memory as something else."""
    if isinstance(node, Subscript):
        return _is_view(node.base)
    if isinstance(node, FunctionCall):
        return node.function in VIEWS
    return isinstance(node, TensorReference | LocalName)


def _change_whole(at: Evaluator, step: CodeAssignment, env: Environment) -> None:
    """`a += value`: every entry, in its place; a number gets a new value."""
    (name,) = step.targets
    here = at.locals.get(name)
    target = LocalName(name)
    if isinstance(here, ArrayView) and here.shape:
        _store(at, here, step, env)
        return
    formula = BinaryExpression(step.mark, target, step.value)
    at.locals[name] = _evaluate(at, formula, env)


def _change_items(at: Evaluator, step: ItemAssignment, env: Environment) -> None:
    """`a[indices] = value`."""
    array = at.locals.get(step.name)
    if not isinstance(array, ArrayView):
        raise ClaimError(f"'{step.name}' is no array here", help="a = np.zeros(shape)")
    if len(step.indices) == 1 and _may_be_mask(at, step.indices[0]):
        mask = as_dense(at.value(step.indices[0], env))
        if mask.shape == array.shape and mask.shape:
            _store_masked(at, array, mask, step, env)
            return
    _store(at, array.select(read_spans(at, step.indices, array.shape, env)), step, env)


def _may_be_mask(at: Evaluator, index: SyntaxNode) -> bool:
    """Whether an index may choose entries by a condition."""
    if isinstance(index, LocalName):
        return isinstance(at.locals.get(index.name), ArrayView)
    return isinstance(index, Cases) or (
        isinstance(index, BinaryExpression) and any(isinstance(n, Cases) for n in index.walk())
    )


def _store(
    at: Evaluator, array: ArrayView, step: ItemAssignment | CodeAssignment, env: Environment
) -> None:
    """Put values at all entries, or change these by them."""
    shape = array.shape
    _refuse_view(array)
    value = as_dense(at.value(step.value, env))
    while len(value.shape) > len(shape) and value.shape[0] == 1:
        value = DenseArray(value.shape[1:], value.entries)
    if broadcast_shapes([value.shape, shape]) != shape:
        said = f"{describe_shape(value.shape)} does not go into {describe_shape(shape)}"
        raise ShapeMismatchError(said)
    entries = repeat_to(value, shape).entries
    cells, change = array.memory.cells, _find_change(at, step.mark)
    for place, entry in zip(array.addresses(), entries, strict=True):
        cells[place] = entry if change is None else change(cells[place], entry)
    array.memory.changes += 1


def _store_masked(
    at: Evaluator, array: ArrayView, mask: DenseArray, step: ItemAssignment, env: Environment
) -> None:
    """Put one number where a mask is 1."""
    _refuse_view(array)
    value = as_dense(at.value(step.value, env))
    if prod(value.shape) != 1:
        raise ClaimError("where a mask chooses, one number is put", help="dx[x <= 0] = 0")
    before, change = array.dense(), _find_change(at, step.mark)
    new = value if change is None else combine_dense(before, value, change)
    taken = combine_dense(new, mask, lambda a, m: a * m)
    kept = combine_dense(before, mask, lambda a, m: a * (1 + -1 * m))
    found = combine_dense(taken, kept, lambda a, b: a + b).entries
    for place, entry in zip(array.addresses(), found, strict=True):
        array.memory.cells[place] = entry
    array.memory.changes += 1


def _refuse_view(array: ArrayView) -> None:
    if array.fixed:
        raise ClaimError("what is changed here may be a view of another array", help="x.copy()")


def _find_change(at: Evaluator, mark: str) -> Callable[[Any, Any], Any] | None:
    """What `+=` and the like make of an entry; None where it is replaced."""
    if mark == "/":
        inverse = at.algebra.power(Fraction(-1))
        return lambda a, b: a * inverse(b + at.zero)
    known: Mapping[str, Callable[[Any, Any], Any] | None] = {
        "": None, "+": lambda a, b: a + b, "-": lambda a, b: a + -1 * b, "*": lambda a, b: a * b,
    }  # fmt: skip
    if mark not in known:
        raise ClaimError(f"'{mark}=' is not read here", help="+= -= *= /=")
    return known[mark]


def _loop(at: Evaluator, step: CodeLoop, env: Environment) -> None:
    """The body for every choice of the names; how often that is is counted before."""
    spans = [_read_span(at, r, env) for r in step.ranges]
    times = prod(len(s) for s in spans)
    at.work.allow(at.work.done + times * sum(1 for s in step.body for _ in s.walk()))
    for values in product(*spans):
        at.locals |= {r.name: n for r, n in zip(step.ranges, values, strict=True) if r.name}
        for inner in step.body:
            take_step(at, inner, env)


def _read_span(at: Evaluator, limit: LoopRange, env: Environment) -> range:
    low, high, step = (read_whole(at, x, env) for x in (limit.low, limit.high, limit.step))
    if not step:
        raise ClaimError("a loop with the step 0", help="range(0, n, 2)")
    return range(low, high, step)


def _branch(at: Evaluator, step: CodeBranch, env: Environment) -> None:
    for inner in step.body if _holds(at, step.condition, env) else step.other:
        take_step(at, inner, env)


def _holds(at: Evaluator, node: SyntaxNode, env: Environment) -> bool:
    """Whether a condition on whole numbers holds."""
    if isinstance(node, JoinedConditions):
        found = (_holds(at, c, env) for c in node.conditions)
        return all(found) if node.word == "and" else any(found)
    if not isinstance(node, Condition):
        raise ClaimError("a condition on whole numbers is expected here", help="i + m < H")
    a, b = (read_whole(at, side, env) for side in (node.left, node.right))
    return COMPARISONS[node.relation](a, b)


STEPS: Mapping[type[CodeStep], Callable[..., None]] = {
    CodeAssignment: _assign,
    ItemAssignment: _change_items,
    CodeLoop: _loop,
    CodeBranch: _branch,
}
