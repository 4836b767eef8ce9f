"""A derivation as a page: the same content, in the same order, for every markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sympy import Add, Expr, Mul

from symconv.core.equation import Equation, Program, SizeDefinition
from symconv.core.proof import Derivation
from symconv.emit.formula.case_display import SmallCase, case_display
from symconv.emit.formula.form import Floor, Mark, Number, Total, Word, marked, quotient
from symconv.emit.formula.names import equation_of, names_of, word
from symconv.emit.formula.positions import arrange_position
from symconv.emit.formula.scalars import Unrolled, scalar_displays
from symconv.emit.numbering import equation_numbers
from symconv.notation.presets import Notation

from .author import Author
from .detail import Detail
from .glossary import glossary_terms
from .page import Display, Page, Section
from .remarks import Sentence, remarks
from .scribe import Scribe
from .sections import Telling, section

MARKS: tuple[Mark, ...] = ("old", "new")
OPERATORS = {
    "⋆": "A ⋆ B is cross-correlation",
    "∗": "A ∗ B is convolution, which is A ⋆ rot180(B)",
    "(full)": "full means: with as many zeros around as there are overlaps",
    "↑": "A ↑ s puts s − 1 zeros between neighbours",
    "↓": "A ↓ s keeps the entries whose place is a multiple of s",
    "⊗": "A ⊗ B is the outer product",
    "⊙": "A ⊙ B is the entry-wise product",
}


@dataclass(frozen=True)
class Content:
    """What a document is about: a network, its backward pass, and the words around them."""

    program: Program
    backward: tuple[Derivation | Equation, ...]
    notation: Notation
    title: str
    conventions: tuple[str, ...] = ()
    unrolled: tuple[Unrolled, ...] = ()
    detail: Detail = "normal"
    structure: Mapping[str, tuple[Sentence, ...]] = field(default_factory=dict)
    why_sizes: tuple[Sentence, ...] = ()
    case: SmallCase | None = None
    glossary: bool = False


def page(content: Content, scribe: Scribe) -> Page:
    """The content, written and escaped."""
    program, backward = content.program, content.backward
    names = names_of(program, backward, content.notation)
    plain, scribe = scribe, scribe.lettered(content.notation)
    author = Author(names, scribe, equation_numbers(program, backward))
    widest = max((scribe.width(author.form(e.lhs)) for e in program.equations), default=0)
    formulas = [e.rhs for e in (*program.equations, *map(equation_of, backward))]
    formulas += [s.after for d in backward if isinstance(d, Derivation) for s in d.steps]
    said = remarks(program, formulas, names)
    telling = Telling(content.detail)
    sections = tuple(
        section(author, item, telling, _structure(content, equation_of(item).key, scribe))
        for item in backward
    )
    return Page(
        title=scribe.words(content.title),
        network=tuple(author.display(e, e.title, widest) for e in program.equations),
        sizes=tuple(size_display(size, scribe) for size in program.sizes),
        conventions=(
            *map(scribe.words, content.conventions),
            *map(scribe.mixed, (*said, *_operators(content))),
        ),
        sections=sections,
        why_sizes=tuple(map(scribe.mixed, content.why_sizes)),
        case=case_display(content.case, names, scribe) if content.case else None,
        unrolled=scalar_displays(content.unrolled, names, scribe),
        glossary=glossary_terms(plain, telling.told) if content.glossary else (),
        legend=_legend(scribe, sections),
    )


def _structure(content: Content, key: str, scribe: Scribe) -> tuple[str, ...]:
    """What is known of the structure of a result, in words; at terse the first sentence."""
    sentences = content.structure.get(key, ())
    return tuple(map(scribe.mixed, sentences[:1] if content.detail == "terse" else sentences))


def _operators(content: Content) -> list[Sentence]:
    """What the signs of operators mean, where sentences use them."""
    shown = [] if content.detail == "terse" else list(content.structure.values())
    words = "".join(p for some in shown for s in some for p in s if isinstance(p, str))
    used = [meaning for sign, meaning in OPERATORS.items() if sign in words]
    return [("; ".join(used) + ".",)] if used else []


def _legend(scribe: Scribe, sections: Sequence[Section]) -> str:
    """What the marks on formulas mean, where there are any."""
    old, new = marked(Word("a"), "old"), marked(Word("b"), "new")
    written = [line for s in sections for t in s.steps for line in (*s.start, *t.lines)]
    signs = [scribe.text(marked(Number(0), mark)).partition("0")[0] for mark in MARKS]
    if not scribe.marks or not any(sign in line for sign in signs for line in written):
        return ""
    return scribe.mixed(
        (
            "Underlined parts, as in ",
            old,
            ", are rewritten by the next step; bold parts, as in ",
            new,
            ", are what the last step made of them.",
        )
    )


def size_display(size: SizeDefinition, scribe: Scribe) -> Display:
    """H_o = floor(numerator / stride) + 1, without the floor where the stride is 1."""
    left = word(size.symbol.name, entry=False)
    numerator = with_reach(size.numerator)
    if size.stride == 1:
        right = arrange_position(numerator + 1)
    else:
        ratio = quotient(arrange_position(numerator), arrange_position(size.stride))
        right = Total(((False, Floor(ratio)), (False, Number(1))))
    return Display(scribe.write(left), scribe.lines(right, scribe.width(left)))


def with_reach(numerator: Expr) -> Expr:
    """H + 2p - d k + d - 1 = H + 2p - d (k - 1) - 1."""
    terms = list(Add.make_args(numerator))
    for dilation in sorted((t for t in terms if t.is_Symbol), key=str):
        whole = next((t for t in terms if (-t / dilation).is_Symbol), None)
        if whole is not None:
            terms.remove(dilation)
            terms[terms.index(whole)] = Mul(-1, dilation, -whole / dilation - 1)
    return Add(*terms)
