"""A derivation as a page: the same content, in the same order, for every markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from symconv.core.equation import Equation, Program
from symconv.core.proof import Derivation, Ending, equation_of, number_equations
from symconv.notation.presets import Notation
from symconv.render.formula.names import DisplayNames, collect_names, tensor_name
from symconv.render.formula.tree import DisplayNumber, DisplaySymbol, Mark
from symconv.render.formula.tree_helpers import add_mark
from symconv.structure.operation_counts import EquationCost

from .costs import describe_costs
from .detail import Detail
from .displays import CaseEntries, display_case, size_rows
from .endings import add_ending_names, build_ending
from .equation_writer import EquationWriter
from .glossary import glossary_terms
from .markup_settings import MarkupSettings
from .page_model import Page, Section
from .scalar_displays import ScalarEquation, scalar_displays
from .sections import ReasonTracker, build_section
from .symbol_notes import Sentence, explain_operators, explain_symbols, find_operators
from .symbols import describe_symbols

MARKS: tuple[Mark, ...] = ("old", "new")


@dataclass(frozen=True)
class Content:
    """What a document is about: a network, its backward pass, and the words around them."""

    program: Program
    backward: tuple[Derivation | Equation, ...]
    notation: Notation
    title: str
    conventions: tuple[str, ...] = ()
    unrolled: tuple[ScalarEquation, ...] = ()
    detail: Detail = "normal"
    structure: Mapping[str, tuple[Sentence, ...]] = field(default_factory=dict)
    why_sizes: tuple[Sentence, ...] = ()
    case: CaseEntries | None = None
    glossary: bool = False
    endings: Mapping[str, Ending] = field(default_factory=dict)
    costs: tuple[EquationCost, ...] = ()


def build_page(content: Content, scribe: MarkupSettings) -> Page:
    """The content, written and escaped."""
    program, backward = content.program, content.backward
    names = collect_names(program, backward, content.notation)
    names = add_ending_names(names, content.endings.values())
    plain, scribe = scribe, scribe.lettered(content.notation)
    author = EquationWriter(names, scribe, number_equations(program, backward))
    widest = max((scribe.width(author.form(e.lhs)) for e in program.equations), default=0)
    telling = ReasonTracker(content.detail)
    structure = _describe_structures(content, scribe)
    sections = tuple(
        _end_section(
            author,
            build_section(author, item, telling, structure.get(equation_of(item).key, ())),
            content.endings.get(equation_of(item).key),
            telling,
        )
        for item in backward
    )
    return Page(
        title=scribe.words(content.title),
        network=tuple(author.display(e, e.title, widest) for e in program.equations),
        sizes=size_rows(program.sizes, scribe),
        symbols=tuple(map(scribe.mixed, describe_symbols(program, backward, names))),
        conventions=_state_conventions(content, names, scribe),
        sections=sections,
        why_sizes=tuple(map(scribe.mixed, content.why_sizes)),
        costs=_write_costs(content, author, scribe),
        case=display_case(content.case, names, scribe) if content.case else None,
        unrolled=scalar_displays(content.unrolled, names, scribe),
        glossary=glossary_terms(plain, telling.told) if content.glossary else (),
        legend=_explain_marks(scribe, sections),
        stacked=scribe.narrow,
    )


def _write_costs(
    content: Content, author: EquationWriter, scribe: MarkupSettings
) -> tuple[str, ...]:
    """What every equation costs, where that was asked for."""
    if not content.costs:
        return ()
    return tuple(map(scribe.mixed, describe_costs(content.costs, author.numbers, author.names)))


def _end_section(
    author: EquationWriter, section: Section, ending: Ending | None, telling: ReasonTracker
) -> Section:
    """The section with its last lines, where there are such."""
    return replace(section, ending=build_ending(author, ending, telling)) if ending else section


def _state_conventions(
    content: Content, names: DisplayNames, scribe: MarkupSettings
) -> tuple[str, ...]:
    """The conventions of the network, and what the signs of its formulas mean."""
    program, backward = content.program, content.backward
    formulas = [e.rhs for e in (*program.equations, *map(equation_of, backward))]
    formulas += [s.after for d in backward if isinstance(d, Derivation) for s in d.steps]
    said = explain_symbols(program, _keys_asked_for(backward), formulas, names)
    return (
        *map(scribe.words, content.conventions),
        *map(scribe.mixed, said),
    )


def _keys_asked_for(backward: Sequence[Derivation | Equation]) -> set[str]:
    """The tensors whose gradients were asked for."""
    found = (item for item in backward if isinstance(item, Derivation))
    return {d.of.key for d in found if tensor_name(d.equation.key).kind == "gradient"}


def _describe_structures(content: Content, scribe: MarkupSettings) -> dict[str, tuple[str, ...]]:
    """What is known of the results, in words; what a sign means where it first occurs.

    At terse the first sentence alone.
    """
    found: dict[str, tuple[str, ...]] = {}
    told: set[str] = set()
    for key in (equation_of(item).key for item in content.backward):
        sentences = content.structure.get(key, ())[: 1 if content.detail == "terse" else None]
        new = [sign for sign in find_operators(sentences) if sign not in told]
        told.update(new)
        found[key] = tuple(map(scribe.mixed, (*sentences, *explain_operators(new))))
    return found


def _explain_marks(scribe: MarkupSettings, sections: Sequence[Section]) -> str:
    """What the marks on formulas mean, where there are any."""
    old, new = add_mark(DisplaySymbol("a"), "old"), add_mark(DisplaySymbol("b"), "new")
    written = [line for s in sections for t in s.steps for line in (*s.start, *t.lines)]
    bare = scribe.text(DisplayNumber(0))
    signs = [scribe.text(add_mark(DisplayNumber(0), mark)).partition(bare)[0] for mark in MARKS]
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
