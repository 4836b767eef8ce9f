"""Claims written with functions: one function exchanged, one flip taken away, and it is right."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

from symconv.claims.evaluation.comparison import EQUAL, Question, agree, values_of
from symconv.claims.evaluation.modular_field import Undefined
from symconv.claims.model.substitution import substituted
from symconv.claims.model.tree import Apply, Binary, Node, Symbol
from symconv.claims.model.verdict import Cause
from symconv.core.errors import SymconvError

from .step_pointers import step_at
from .wrong_part import Suspect

MOST_REPAIRS = 40
WINDOWS = {"convolve2d", "correlate2d"}
STARS = {"*", "conv", "corr"}
VALID, FULL = Symbol("'valid'"), Symbol("'full'")
STEPS = ("sifting", "exchange of sums", "chain rule")


@dataclass(frozen=True)
class Repair:
    """A part of a formula, what it has to become, and the mistake that this shows."""

    old: Node
    new: Node
    cause: Cause


def by_repair(suspect: Suspect) -> Iterator[Cause]:
    """The changes of one function that make the claim right."""
    statement, key = suspect.question.statement, next(iter(suspect.tensors()), "")
    where = step_at(suspect.facts, key, STEPS)
    for n in dict.fromkeys((suspect.claimed, suspect.asked)):
        for repair in islice(repairs(statement.parts[n]), MOST_REPAIRS):
            if _mends(repair, n, suspect):
                yield replace(repair.cause, where=where)


def _mends(repair: Repair, n: int, suspect: Suspect) -> bool:
    """Whether the statement holds after the repair of part n."""
    parts = list(suspect.question.statement.parts)
    parts[n] = substituted(parts[n], {repair.old: repair.new})
    statement = replace(suspect.question.statement, parts=tuple(parts))
    mended = replace(suspect.question, statement=statement)
    if n == suspect.asked:
        return suspect.holds(lambda s: values_of(mended, n, s.world, s.envs))
    return all(_agrees(mended, s) for s in (suspect, *suspect.others))


def _agrees(mended: Question, suspect: Suspect) -> bool:
    pair = (suspect.asked, suspect.claimed)
    with suppress(SymconvError, Undefined):
        sides = [values_of(mended, n, suspect.world, suspect.envs) for n in pair]
        return agree(*sides) == EQUAL
    return False


def repairs(part: Node) -> Iterator[Repair]:
    """Every single change of a function in a part."""
    nodes = list(part.walk())
    for node in nodes:
        if isinstance(node, Binary) and node.operator in STARS:
            yield from _star(node)
    for node in nodes:
        yield from _turn(node, part)
    for node in nodes:
        if isinstance(node, Apply) and node.function in WINDOWS:
            yield from _window(node)
        elif isinstance(node, Binary) and node.operator in {"@", ""}:
            yield from _matrix(node)


def _turn(node: Node, part: Node) -> Iterator[Repair]:
    """A flip or a transpose taken away."""
    if not isinstance(node, Apply):
        return
    if node.function in {"rot180", "transpose"}:
        yield Repair(node, node.arguments[0], _needless(node, part))
    elif _twice_rot90(node):
        inner = node.arguments[0]
        assert isinstance(inner, Apply)
        yield Repair(node, inner.arguments[0], _needless(node, part))


def _twice_rot90(node: Apply) -> bool:
    inner = node.arguments[0] if node.arguments else None
    both = node.function == "rot90" and isinstance(inner, Apply) and inner.function == "rot90"
    return both and len(node.arguments) == 1


def _window(node: Apply) -> Iterator[Repair]:
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


def _needless(node: Apply, part: Node) -> Cause:
    """A flip or a transpose that must not be there."""
    if node.function == "transpose":
        return Cause("transposed", "the transpose must not be there")
    turns = any(isinstance(n, Apply) and n.function == "convolve2d" for n in part.walk())
    if turns:
        text = "the array is turned twice: convolve2d turns it itself, and rot180 once more"
        return Cause("double_flip", text)
    return Cause("needless_flip", "rot180 must not be there: nothing has to be turned here")


def _star(node: Binary) -> Iterator[Repair]:
    """The star with another meaning."""
    meanings = (
        ("correlate2d", VALID, "the correlation, in which the kernel is not turned"),
        ("convolve2d", VALID, "the convolution with a flipped kernel"),
        ("correlate2d", FULL, "the full correlation, with zeros all around"),
        ("convolve2d", FULL, "the full convolution, with a flipped kernel and zeros all around"),
    )
    for function, mode, words in meanings:
        cause = Cause("star_meaning", f"right if * means {words}", condition=True)
        yield Repair(node, Apply(function, (node.left, node.right, mode)), cause)


def _matrix(node: Binary) -> Iterator[Repair]:
    """A matrix product in which one matrix has to be transposed."""
    text = "a transpose is missing: on the way back the matrix is read by columns"
    cause = Cause("transposed", text)
    yield Repair(node, replace(node, left=Apply("transpose", (node.left,))), cause)
    yield Repair(node, replace(node, right=Apply("transpose", (node.right,))), cause)
