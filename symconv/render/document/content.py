"""A derivation as a page: the same content, in the same order, for every markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from symconv.core.equation import Equation, Program
from symconv.core.proof import Derivation, equation_of
from symconv.notation.numbering import equation_numbers
from symconv.notation.presets import Notation
from symconv.render.formula.names import Names, names_of, tensor_name
from symconv.render.formula.tree import Mark, Number, Word
from symconv.render.formula.tree_helpers import marked

from .detail import Detail
from .equation_writer import Author
from .glossary import glossary_terms
from .markup_settings import Scribe
from .operators import meanings, signs_in
from .page import Page, Section
from .scalar_displays import Unrolled, scalar_displays
from .sections import Telling, section
from .size_displays import size_rows
from .small_case import SmallCase, case_display
from .symbol_notes import Sentence, remarks
from .symbols import symbols

MARKS: tuple[Mark, ...] = ("old", "new")


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
    telling = Telling(content.detail)
    structure = _structures(content, scribe)
    sections = tuple(
        section(author, item, telling, structure.get(equation_of(item).key, ()))
        for item in backward
    )
    return Page(
        title=scribe.words(content.title),
        network=tuple(author.display(e, e.title, widest) for e in program.equations),
        sizes=size_rows(program.sizes, scribe),
        symbols=tuple(map(scribe.mixed, symbols(program, backward, names))),
        conventions=_conventions(content, names, scribe),
        sections=sections,
        why_sizes=tuple(map(scribe.mixed, content.why_sizes)),
        case=case_display(content.case, names, scribe) if content.case else None,
        unrolled=scalar_displays(content.unrolled, names, scribe),
        glossary=glossary_terms(plain, telling.told) if content.glossary else (),
        legend=_legend(scribe, sections),
        stacked=scribe.narrow,
    )


def _conventions(content: Content, names: Names, scribe: Scribe) -> tuple[str, ...]:
    """The conventions of the network, and what the signs of its formulas mean."""
    program, backward = content.program, content.backward
    formulas = [e.rhs for e in (*program.equations, *map(equation_of, backward))]
    formulas += [s.after for d in backward if isinstance(d, Derivation) for s in d.steps]
    said = remarks(program, _asked(backward), formulas, names)
    return (
        *map(scribe.words, content.conventions),
        *map(scribe.mixed, said),
    )


def _asked(backward: Sequence[Derivation | Equation]) -> set[str]:
    """The tensors whose gradients were asked for."""
    found = (item for item in backward if isinstance(item, Derivation))
    return {d.of.key for d in found if tensor_name(d.equation.key).kind == "gradient"}


def _structures(content: Content, scribe: Scribe) -> dict[str, tuple[str, ...]]:
    """What is known of the results, in words; what a sign means where it first occurs.

    At terse the first sentence alone.
    """
    found: dict[str, tuple[str, ...]] = {}
    told: set[str] = set()
    for key in (equation_of(item).key for item in content.backward):
        sentences = content.structure.get(key, ())[: 1 if content.detail == "terse" else None]
        new = [sign for sign in signs_in(sentences) if sign not in told]
        told.update(new)
        found[key] = tuple(map(scribe.mixed, (*sentences, *meanings(new))))
    return found


def _legend(scribe: Scribe, sections: Sequence[Section]) -> str:
    """What the marks on formulas mean, where there are any."""
    old, new = marked(Word("a"), "old"), marked(Word("b"), "new")
    written = [line for s in sections for t in s.steps for line in (*s.start, *t.lines)]
    bare = scribe.text(Number(0))
    signs = [scribe.text(marked(Number(0), mark)).partition(bare)[0] for mark in MARKS]
    if not scribe.marks or not any(sign in line for sign in signs for line in written):
        return ""
    return scribe.mixed(
        (
            "Underlined parts, such as ",
            old,
            ", are rewritten by the next step; bold parts, such as ",
            new,
            ", were made by the last one.",
        )
    )
