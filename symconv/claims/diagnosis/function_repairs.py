"""Claims written with functions: one function exchanged, one flip taken away, and it is right."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice

from symconv.claims.evaluation.comparison import (
    Question,
    agree_everywhere,
    evaluate_everywhere,
)
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.model.context import NetworkContext
from symconv.claims.model.substitution import replace_nodes
from symconv.claims.model.syntax_tree import (
    BinaryExpression,
    FunctionCall,
    Identifier,
    KeywordArgument,
    Statement,
    SyntaxNode,
)
from symconv.claims.model.verdict import Cause
from symconv.core.errors import SymconvError

from .joined_sums import (
    FORGOTTEN,
    FORGOTTEN_TEXT,
    NAME,
    TEXT,
    join_sums,
    multiply_signals,
)
from .wrong_part import WrongPart, step_of_mistake

MOST_REPAIRS = 40
"""How many changes of one part are tried.

A star offers four and a function two at most, so that 40 are more than a formula of one line has.
"""

WINDOWS = {"convolve2d", "correlate2d"}
STARS = {"*", "conv", "corr"}
VALID, FULL = Identifier("'valid'"), Identifier("'full'")
OTHER_WINDOW = {
    "np.convolve": ("np.correlate", FULL), "np.correlate": ("np.convolve", VALID),
    "np.signal_convolve": ("np.signal_correlate", FULL),
    "np.signal_correlate": ("np.signal_convolve", FULL),
}  # fmt: skip
"""The word of NumPy that turns or does not, and the mode that the first one has unsaid."""

STEPS = ("sifting", "exchange of sums", "chain rule")


@dataclass(frozen=True)
class Repair:
    """A part of a formula, what it has to become, and the mistake that this shows."""

    old: SyntaxNode
    new: SyntaxNode
    cause: Cause


def by_repair(wrong_part: WrongPart) -> Iterator[Cause]:
    """The changes of one function that make the claim right."""
    statement, key = wrong_part.question.statement, next(iter(wrong_part.tensors()), "")
    where = step_of_mistake(wrong_part.context, key, STEPS)
    for n in dict.fromkeys((wrong_part.claimed, wrong_part.asked)):
        part, code = statement.parts[n], statement.is_code
        repairs = chain(_repair_sums(part, wrong_part.context), propose_repairs(part, code=code))
        for repair in islice(repairs, MOST_REPAIRS):
            if _makes_right(repair, n, wrong_part):
                yield replace(repair.cause, where=where)


def _makes_right(repair: Repair, n: int, wrong_part: WrongPart) -> bool:
    """Whether the statement holds after the repair of part n."""
    parts = list(wrong_part.question.statement.parts)
    parts[n] = replace_nodes(parts[n], {repair.old: repair.new})
    statement = replace(wrong_part.question.statement, parts=tuple(parts))
    mended = replace(wrong_part.question, statement=statement)
    if n == wrong_part.asked:
        return wrong_part.holds(lambda s: evaluate_everywhere(mended, n, s.assignment, s.envs))
    return all(_agrees(mended, s) for s in (wrong_part, *wrong_part.others))


def _agrees(mended: Question, wrong_part: WrongPart) -> bool:
    pair = (wrong_part.asked, wrong_part.claimed)
    with suppress(SymconvError, Undefined):
        return agree_everywhere(mended, pair, wrong_part.assignment, wrong_part.envs)
    return False


def _repair_sums(part: SyntaxNode, context: NetworkContext) -> Iterator[Repair]:
    """Two sums made one, and a sum with its error signal."""
    for joined in join_sums(part):
        yield Repair(part, joined, Cause(NAME, TEXT))
    for total, signal in multiply_signals(part, context):
        yield Repair(total, signal, Cause(FORGOTTEN, FORGOTTEN_TEXT))


def propose_repairs(part: SyntaxNode, *, code: bool = False) -> Iterator[Repair]:
    """Every single change of a function in a part; in code a star means one thing alone."""
    nodes = list(part.walk())
    for node in nodes:
        if isinstance(node, BinaryExpression) and node.operator in STARS and not code:
            yield from _change_star(node)
    for node in nodes:
        yield from _drop_flip(node, part)
    for node in nodes:
        if isinstance(node, FunctionCall) and node.function in WINDOWS:
            yield from _change_window(node)
        elif isinstance(node, FunctionCall) and node.function in OTHER_WINDOW:
            yield from _exchange_window(node)
        elif isinstance(node, BinaryExpression) and node.operator in {"@", ""}:
            yield from _transpose_factor(node)


def _drop_flip(node: SyntaxNode, part: SyntaxNode) -> Iterator[Repair]:
    """A flip or a transpose taken away."""
    if not isinstance(node, FunctionCall):
        return
    if node.function in {"rot180", "transpose", "np.flip", "np.transpose"}:
        yield Repair(node, node.arguments[0], _needless_cause(node, part))
    elif _twice_rot90(node):
        inner = node.arguments[0]
        assert isinstance(inner, FunctionCall)
        yield Repair(node, inner.arguments[0], _needless_cause(node, part))


def _twice_rot90(node: FunctionCall) -> bool:
    inner = node.arguments[0] if node.arguments else None
    both = (
        node.function == "rot90" and isinstance(inner, FunctionCall) and inner.function == "rot90"
    )
    return both and len(node.arguments) == 1


def _change_window(node: FunctionCall) -> Iterator[Repair]:
    """Convolution for correlation, and the other way round; the whole overlap."""
    if node.function == "convolve2d":
        text = "convolve2d turns its second array; a correlation is needed here: correlate2d"
        yield Repair(node, replace(node, function="correlate2d"), Cause("missing_flip", text))
    else:
        text = (
            "correlate2d does not turn its second array; here it has to be turned by 180 degrees: "
            "convolve2d, or rot180"
        )
        yield Repair(node, replace(node, function="convolve2d"), Cause("missing_flip", text))
    kept = tuple(a for a in node.arguments if a not in {VALID, FULL})
    text = "the whole overlap is needed: the mode 'full', with zeros around the error signal"
    yield Repair(node, replace(node, arguments=(*kept, FULL)), Cause("window_clipped", text))


def _exchange_window(node: FunctionCall) -> Iterator[Repair]:
    """A word of NumPy for windows, exchanged with the one that turns, or does not."""
    function, default = OTHER_WINDOW[node.function]
    said = any(isinstance(a, KeywordArgument) for a in node.arguments) or len(node.arguments) > 2
    arguments = node.arguments if said else (*node.arguments, default)
    word, other = (n.removeprefix("np.") for n in (node.function, function))
    turned = "turns its second array" if "convolve" in word else "does not turn its second array"
    cause = Cause("missing_flip", f"'{word}' {turned}; here it has to be '{other}'")
    yield Repair(node, replace(node, function=function, arguments=arguments), cause)
    if FULL not in arguments:
        text = "the whole overlap is needed: the mode 'full', with zeros around the error signal"
        yield Repair(
            node,
            replace(node, arguments=(*node.arguments[:2], FULL)),
            Cause("window_clipped", text),
        )


def _needless_cause(node: FunctionCall, part: SyntaxNode) -> Cause:
    """A flip or a transpose that must not be there."""
    if node.function in {"transpose", "np.transpose"}:
        return Cause("transposed", "the transpose must not be there")
    turns = any(isinstance(n, FunctionCall) and n.function == "convolve2d" for n in part.walk())
    if turns:
        text = "the array is turned twice: convolve2d turns it itself, and rot180 once more"
        return Cause("double_flip", text)
    return Cause("needless_flip", "rot180 must not be there: nothing has to be turned here")


def _change_star(node: BinaryExpression) -> Iterator[Repair]:
    """The star with another meaning."""
    meanings = (
        ("correlate2d", VALID, "the correlation, in which the kernel is not turned"),
        ("convolve2d", VALID, "the convolution with a flipped kernel"),
        ("correlate2d", FULL, "the full correlation, with zeros all around"),
        ("convolve2d", FULL, "the full convolution, with a flipped kernel and zeros all around"),
    )
    for function, mode, words in meanings:
        cause = Cause("star_meaning", f"right if * means {words}", condition=True)
        yield Repair(node, FunctionCall(function, (node.left, node.right, mode)), cause)


def _transpose_factor(node: BinaryExpression) -> Iterator[Repair]:
    """A matrix product in which one matrix has to be transposed."""
    text = "a transpose is missing: on the way back the matrix is read by columns"
    cause = Cause("transposed", text)
    yield Repair(node, replace(node, left=FunctionCall("transpose", (node.left,))), cause)
    yield Repair(node, replace(node, right=FunctionCall("transpose", (node.right,))), cause)


MOST_SHAPE_REPAIRS = 40
"""The same for parts whose shapes do not fit."""


def repair_shapes(statement: Statement) -> Iterator[tuple[Statement, Cause]]:
    """Every statement that one repair makes, with the mistake that it takes away."""
    code = statement.is_code
    for n, part in enumerate(statement.parts):
        for _, repair in zip(
            range(MOST_SHAPE_REPAIRS), propose_repairs(part, code=code), strict=False
        ):
            mended = replace_nodes(part, {repair.old: repair.new})
            parts = (*statement.parts[:n], mended, *statement.parts[n + 1 :])
            yield replace(statement, parts=parts), repair.cause
