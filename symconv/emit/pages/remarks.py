"""What the symbols on a page mean: a sentence for every symbol that the page uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sympy import Expr, KroneckerDelta

from symconv.core.equation import Program
from symconv.core.nodes import Box, OneHot, relu, sigmoid, step
from symconv.core.tensor import Name
from symconv.emit.formula.form import (
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
    negative,
)
from symconv.emit.formula.names import Names

Sentence = tuple[str | Form, ...]

LAYOUT = (
    ", the derivative by an entry in the place of that entry"
    " (denominator layout; numerator layout is its transpose)."
)
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
    " is 1 where the statement in the bracket holds and 0 elsewhere.",
)
BOUNDS: Sentence = ("A bracket with bounds holds for integers within them only.",)
FIRST: Sentence = ("Among equal values the maximum is the first one in row-major order.",)


def remarks(program: Program, formulas: Sequence[Expr], names: Names) -> list[Sentence]:
    """The sentences that these formulas need, in a fixed order."""
    sentences = [_origin(names), *_layout(program, names)]
    if not any(tensor.role == "cost" for tensor in program.tensors):
        sentences.append(_any_cost(program, names))
    sentences += [sentence for node, sentence in MEANINGS if _uses(formulas, (node,))]
    brackets = (((KroneckerDelta, Box, OneHot), BRACKET), ((Box,), BOUNDS), ((OneHot,), FIRST))
    return sentences + [sentence for nodes, sentence in brackets if _uses(formulas, nodes)]


def _uses(formulas: Iterable[Expr], nodes: tuple[type, ...]) -> bool:
    return any(formula.has(*nodes) for formula in formulas)


def _origin(names: Names) -> Sentence:
    return (f"Indices start at {names.notation.index_base}.",)


def _layout(program: Program, names: Names) -> list[Sentence]:
    """The shape of a derivative by an array: that of the array."""
    for role in ("parameter", "input"):
        for tensor in program.tensors:
            if tensor.role == role and not tensor.scalar:
                whole = Entry(tensor.name)
                shape = (Derivative(Entry(Name(names.cost)), whole), " has the shape of ", whole)
                return [(*shape, LAYOUT)]
    return []


def _any_cost(program: Program, names: Names) -> Sentence:
    """C is any scalar that depends on the output."""
    output = Entry(program.by_key[program.output].name)
    cost = Entry(Name(names.cost))
    return (
        cost,
        " is any scalar that depends on the output ",
        output,
        "; ",
        Derivative(cost, output),
        " is given.",
    )
