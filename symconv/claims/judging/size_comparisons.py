"""Whether a formula compares open sizes, so that it can single out any one of them.

In a program sizes also say how large arrays are, how long loops run and where slices end. Sizes
that differ there show in shapes and entries at any size; they compare nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from symconv.claims.evaluation.comparison import Question
from symconv.claims.evaluation.index_expressions import FLOORS, is_rounded
from symconv.claims.evaluation.plain_values import EXTENTS, is_plain
from symconv.claims.model.code_nodes import (
    CodeAssignment,
    ItemAssignment,
    LocalName,
    LoopRange,
    list_assignments,
)
from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    Condition,
    Differential,
    Exponentiation,
    ExtraAxis,
    FunctionCall,
    Identifier,
    IndexSlice,
    Numeral,
    Subscript,
    Summation,
    SyntaxNode,
    TensorReference,
)

SWITCHES = {"relu", "max", "min", "absolute", "step", "activation", "sgn", "one_norm"}
WITHOUT_VALUES = {"np.zeros", "np.ones", "np.empty", "np.eye"}
"""Words whose arguments are all extents."""

FIRST_ALONE = {
    "np.reshape", "np.broadcast_to", "np.sliding_window_view", "np.repeat", "np.tile", "np.roll",
    "np.transpose", "np.sum", "np.mean", "np.max", "np.min", "np.argmax", "np.pad",
}  # fmt: skip
"""Words whose arguments behind the first one are extents, axes and counts."""

COUNTER = "np.arange"


def compares_sizes(question: Question) -> bool:
    """Whether an open size stands in a switch, a condition or an exponent: max(0, 1 - (N - 23)^2).

    Such a formula can single out any one size, and no choice of some sizes is enough.
    """
    names = {str(symbol).replace("_", "") for symbol, _ in question.context.sizes}
    if not names:
        return False
    parts = question.statement.parts
    known = names | {f"local {n}" for n in _find_sized_names(parts, names)}
    return any(_compares(n, known) for part in parts for n in _list_values(part))


def _compares(node: SyntaxNode, names: AbstractSet[str]) -> bool:
    inner: tuple[SyntaxNode, ...] = ()
    if isinstance(node, Exponentiation):
        inner = (node.exponent,)
    elif isinstance(node, FunctionCall) and node.function in SWITCHES | FLOORS:
        inner = node.arguments
    elif isinstance(node, Condition):
        sides = (node.left, node.right)
        # [place = n] for all places n: it is the place that counts.
        inner = tuple(s for s in sides if not (node.relation == "=" and _is_counter(s)))
    return any(_holds_size(x, names) for x in inner)


def _is_counter(node: SyntaxNode) -> bool:
    """Whether a side is all whole numbers up to one, whatever its axes are."""
    if isinstance(node, Subscript):
        whole = all(isinstance(i, ExtraAxis) or i == IndexSlice() for i in node.indices)
        return whole and _is_counter(node.base)
    return isinstance(node, FunctionCall) and node.function == COUNTER


def _holds_size(node: SyntaxNode, names: AbstractSet[str]) -> bool:
    """Whether the value of a size counts in a formula."""
    match node:
        case Identifier():
            found = node.name in names
        case LocalName():
            found = f"local {node.name}" in names
        case FunctionCall() if node.function in EXTENTS:
            found = True
        case TensorReference():
            # Every third entry is not alike: what is rounded tells them apart.
            found = any(is_rounded(i) and _holds_size(i, names) for i in node.indices or ())
        case Differential():
            found = False
        case Summation():
            found = _holds_size(node.body, names - {x.name for x in node.limits})
        case _:
            found = any(_holds_size(child, names) for child in _list_operands(node))
    return found


def _list_operands(node: SyntaxNode) -> Iterator[SyntaxNode]:
    """The parts of a node whose values count."""
    if isinstance(node, Subscript):
        yield node.base
    elif isinstance(node, LoopRange):
        return
    elif isinstance(node, ItemAssignment):
        yield node.value
    elif isinstance(node, FunctionCall) and node.function in WITHOUT_VALUES:
        return
    elif isinstance(node, FunctionCall) and node.function == "np.full":
        yield from node.arguments[1:]
    elif isinstance(node, FunctionCall) and node.function in FIRST_ALONE:
        yield from node.arguments[:1]
    elif isinstance(node, CodeAssignment) and not node.mark and _is_extent(node.value):
        return
    else:
        yield from node.children()


def _list_values(node: SyntaxNode) -> Iterator[SyntaxNode]:
    """A node and all below it whose values count."""
    yield node
    for inner in _list_operands(node):
        yield from _list_values(inner)


def _is_extent(node: SyntaxNode) -> bool:
    """Whether a formula is made of whole numbers, sizes and shapes alone."""
    # A number that is divided by a size is large for small ones alone.
    quotients = (n for n in node.walk() if isinstance(n, BinaryExpression) and n.operator == "/")
    plain = is_plain(node, lambda _: True)
    return plain and not any(isinstance(n.left, Numeral) for n in quotients)


def _find_sized_names(parts: tuple[SyntaxNode, ...], names: AbstractSet[str]) -> set[str]:
    """The names of a program that stand for sizes, or for numbers made of these."""
    found: set[str] = set()
    for part in parts:
        for step in list_assignments(part):
            known = names | {f"local {n}" for n in found}
            if isinstance(step, CodeAssignment) and _is_extent(step.value):
                found |= {n for n in step.targets if _holds_size(step.value, known)}
    return found
