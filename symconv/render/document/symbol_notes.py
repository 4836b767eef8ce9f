"""What the symbols on a page mean: a sentence for every symbol that the page uses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sympy import Expr, KroneckerDelta

from symconv.core.equation import Program
from symconv.core.nodes import Box, Equals, OneHot, relu, sigmoid, step
from symconv.core.tensor import Name
from symconv.render.formula.names import DisplayNames
from symconv.render.formula.tree import (
    DisplayBracket,
    DisplayCall,
    DisplayDerivative,
    DisplayEntry,
    DisplayNumber,
    DisplayQuotient,
    DisplayRelation,
    DisplaySum,
    DisplaySymbol,
    DisplayTree,
)
from symconv.render.formula.tree_helpers import negate

Sentence = tuple[str | DisplayTree, ...]

LAYOUT = " (denominator layout; numerator layout is its transpose)."
LAYOUT_ORDER = ("parameter", "input", "value")
X, ZERO, UNIT = DisplaySymbol("x"), DisplayNumber(0), DisplayNumber(1)
POSITIVE = DisplayBracket(DisplayRelation((ZERO, X), ("<",)))
LOGISTIC = DisplayQuotient(
    UNIT, DisplaySum(((False, UNIT), (False, DisplayCall("exp", negate(X)))))
)

MEANINGS: tuple[tuple[type, Sentence], ...] = (
    (
        relu,
        (
            DisplayCall("relu", X),
            " is the greater of ",
            X,
            " and 0; its derivative at 0 is taken as 0.",
        ),
    ),
    (
        step,
        (
            DisplayCall("step", X),
            " is 1 for ",
            DisplayRelation((ZERO, X), ("<",)),
            " and 0 otherwise.",
        ),
    ),
    (sigmoid, (DisplayCall("sigmoid", X), " is the logistic function ", LOGISTIC, ".")),
)
BRACKET: Sentence = (
    DisplayBracket(DisplayRelation((DisplaySymbol("a"), DisplaySymbol("b")), ("=",))),
    " is 1 where the statement in the bracket holds, else 0",
)
BOUNDS: Sentence = (
    "; bounds, as in ",
    DisplayBracket(DisplayRelation((ZERO, DisplaySymbol("a"), DisplaySymbol("b")), ("<=", "<"))),
    ", hold for integers only",
)
FIRST: Sentence = ("Among equal values the maximum is the first one in row-major order.",)


def explain_symbols(
    program: Program, asked: Collection[str], formulas: Sequence[Expr], names: DisplayNames
) -> list[Sentence]:
    """The sentences that these formulas need, in a fixed order; `asked` are keys of tensors."""
    sentences = [_state_index_base(names), *_state_layout(program, asked, names)]
    sentences += [sentence for node, sentence in MEANINGS if _uses(formulas, (node,))]
    if _uses(formulas, (KroneckerDelta, Box, OneHot, Equals)):
        sentences.append((*BRACKET, *(BOUNDS if _uses(formulas, (Box,)) else ()), "."))
    return [*sentences, *([FIRST] if _uses(formulas, (OneHot,)) else [])]


def _uses(formulas: Iterable[Expr], nodes: tuple[type, ...]) -> bool:
    return any(formula.has(*nodes) for formula in formulas)


def _state_index_base(names: DisplayNames) -> Sentence:
    return (f"Indices start at {names.notation.index_base}.",)


def _state_layout(program: Program, asked: Collection[str], names: DisplayNames) -> list[Sentence]:
    """The shape of a derivative by an array: that of the array."""
    arrays = [t for t in program.tensors if t.key in asked and not t.scalar]
    for tensor in sorted(arrays, key=lambda t: LAYOUT_ORDER.index(t.role)):
        whole = DisplayEntry(tensor.name)
        shape = (
            DisplayDerivative(DisplayEntry(Name(names.cost)), whole),
            " has the shape of ",
            whole,
        )
        return [(*shape, LAYOUT)]
    return []


A, B, S = DisplaySymbol("A"), DisplaySymbol("B"), DisplaySymbol("s")
OPERATORS: Mapping[str, Sentence] = {
    "⋆": (A, " ⋆ ", B, " is the cross-correlation of ", A, " with ", B),
    "∗": (A, " ∗ ", B, " is their convolution, ", A, " ⋆ rot180(", B, ")"),
    "(full)": ("full: with so many zeros around ", A, " that every overlap counts"),
    "↑": (A, " ↑ ", S, " has ", S, " − 1 zeros between the entries of ", A),
    "↓": (A, " ↓ ", S, " keeps the entries whose place is a multiple of ", S),
    "⊗": (A, " ⊗ ", B, " is the outer product"),
    "⊙": (A, " ⊙ ", B, " is the entry-wise product"),
}


def find_operators(sentences: Iterable[Sentence]) -> list[str]:
    """The signs that occur in the words of sentences."""
    words = "".join(part for s in sentences for part in s if isinstance(part, str))
    return [sign for sign in OPERATORS if sign in words]


def explain_operators(signs: Sequence[str]) -> tuple[Sentence, ...]:
    """What signs mean, in one sentence; none for no signs."""
    said: Sentence = ()
    for sign in signs:
        said += ("; " if said else "Signs: ", *OPERATORS[sign])
    return ((*said, "."),) if said else ()
