"""What the symbols on a page mean: a sentence for every symbol that the page uses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sympy import Expr, KroneckerDelta

from symconv.core.equation import Program
from symconv.core.nodes import Box, Equals, OneHot, relu, sigmoid, step
from symconv.core.tensor import Name
from symconv.render.formula.names import Names
from symconv.render.formula.tree import (
    Bracket,
    Call,
    Derivative,
    Entry,
    Form,
    Number,
    Quotient,
    Relation,
    Total,
    Word,
)
from symconv.render.formula.tree_helpers import negative

Sentence = tuple[str | Form, ...]

LAYOUT = " (denominator layout; numerator layout is its transpose)."
LAYOUT_ORDER = ("parameter", "input", "value")
X, ZERO, UNIT = Word("x"), Number(0), Number(1)
POSITIVE = Bracket(Relation((ZERO, X), ("<",)))
LOGISTIC = Quotient(UNIT, Total(((False, UNIT), (False, Call("exp", negative(X))))))

MEANINGS: tuple[tuple[type, Sentence], ...] = (
    (
        relu,
        (Call("relu", X), " is the greater of ", X, " and 0; its derivative at 0 is taken as 0."),
    ),
    (step, (Call("step", X), " is 1 for ", Relation((ZERO, X), ("<",)), " and 0 otherwise.")),
    (sigmoid, (Call("sigmoid", X), " is the logistic function ", LOGISTIC, ".")),
)
BRACKET: Sentence = (
    Bracket(Relation((Word("a"), Word("b")), ("=",))),
    " is 1 where the statement in the bracket holds, else 0",
)
BOUNDS: Sentence = (
    "; bounds, as in ",
    Bracket(Relation((ZERO, Word("a"), Word("b")), ("<=", "<"))),
    ", hold for integers only",
)
FIRST: Sentence = ("Among equal values the maximum is the first one in row-major order.",)


def remarks(
    program: Program, asked: Collection[str], formulas: Sequence[Expr], names: Names
) -> list[Sentence]:
    """The sentences that these formulas need, in a fixed order; `asked` are keys of tensors."""
    sentences = [_origin(names), *_layout(program, asked, names)]
    sentences += [sentence for node, sentence in MEANINGS if _uses(formulas, (node,))]
    if _uses(formulas, (KroneckerDelta, Box, OneHot, Equals)):
        sentences.append((*BRACKET, *(BOUNDS if _uses(formulas, (Box,)) else ()), "."))
    return [*sentences, *([FIRST] if _uses(formulas, (OneHot,)) else [])]


def _uses(formulas: Iterable[Expr], nodes: tuple[type, ...]) -> bool:
    return any(formula.has(*nodes) for formula in formulas)


def _origin(names: Names) -> Sentence:
    return (f"Indices start at {names.notation.index_base}.",)


def _layout(program: Program, asked: Collection[str], names: Names) -> list[Sentence]:
    """The shape of a derivative by an array: that of the array."""
    arrays = [t for t in program.tensors if t.key in asked and not t.scalar]
    for tensor in sorted(arrays, key=lambda t: LAYOUT_ORDER.index(t.role)):
        whole = Entry(tensor.name)
        shape = (Derivative(Entry(Name(names.cost)), whole), " has the shape of ", whole)
        return [(*shape, LAYOUT)]
    return []
