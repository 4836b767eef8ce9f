"""The gallery: each question, its derivation, its numbers and the verdict, all of it computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sympy import Add, Expr, Integer, Mul, Symbol, expand

from symconv.api import Network
from symconv.network.examples import BY_NAME
from symconv.output.templates import render_template
from symconv.render.document.markup_settings import MARKDOWN, MarkupSettings
from symconv.render.document.symbol_notes import explain_operators, find_operators
from symconv.render.document.symbols import describe_symbols
from symconv.render.formula.arrange import arrange
from symconv.render.formula.names import DisplayNames, collect_names, display_entry, tensor_name
from symconv.render.formula.scalars import arrange_scalar, parse_left_side
from symconv.render.formula.tree import DisplayNumber, DisplayRelation
from symconv.trace import Trace, trace_network
from symconv.trace.numbers import NumberVerdict, display_number

from .gallery_cases import CASES, GalleryCase, NumberClaim


@dataclass(frozen=True)
class GalleryMarkup:
    """How formulas of the page are written: in a line, and in a line of their own."""

    settings: MarkupSettings
    display: Callable[[str], str]


def fence_math(formula: str) -> str:
    """A formula of its own line, as GitHub shows it."""
    return f"```math\n{formula}\n```"


GITHUB = GalleryMarkup(MARKDOWN, fence_math)

STEPS = 3
"""How many steps of gradient descent a table shows: enough to see whether the loss falls."""

SAID: dict[NumberVerdict, str] = {
    "equal": "right",
    "rounded": "right, rounded",
    "truncated": "truncated instead of rounded",
    "opposite": "the opposite sign",
    "different": "different",
}


@dataclass(frozen=True)
class GalleryTable:
    """Words, and a table below them."""

    words: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class GalleryEntry:
    """A case, ready for the template."""

    title: str
    question: str
    link: str
    network: tuple[str, ...]
    symbols: str
    answers: tuple[str, ...]
    tables: tuple[GalleryTable, ...]
    live: str = ""


def gallery_page(
    link: str = "{name}/{stem}.md",
    at: GalleryMarkup = GITHUB,
    questions: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The page as Markdown; `link` says where an example's derivation lies.

    `questions` are addresses at which the question of an example is asked live.
    """
    shown = [_build_entry(case, link, at, questions.get(case.example, "")) for case in CASES]
    structures = [Network.example(case.example).derivation().structure for case in CASES]
    said = [sentence for found in structures for some in found.values() for sentence in some]
    signs = "".join(map(at.settings.mixed, explain_operators(find_operators(said))))
    return render_template("markdown", "gallery.md.j2", cases=shown, signs=signs)


def _build_entry(case: GalleryCase, link: str, at: GalleryMarkup, live: str) -> GalleryEntry:
    network = Network.example(case.example)
    return GalleryEntry(
        case.title,
        at.settings.words(BY_NAME[case.example].question),
        link.format(name=case.example, stem=case.example.replace("-", "_")),
        tuple(_network_lines(network, at)),
        " ".join(_symbol_sentences(case, network, at)),
        tuple(_answer_lines(case, network, at)),
        tuple(_build_tables(case, network, at)),
        live,
    )


def _network_lines(network: Network, at: GalleryMarkup) -> Iterator[str]:
    """The forward equations, a line each."""
    names = collect_names(network.program, network.backward().items, network.notation)
    for equation in network.program.equations:
        sides = (arrange(equation.lhs, names), arrange(equation.rhs, names))
        yield at.display(at.settings.write(DisplayRelation(sides, ("=",))))


def _symbol_sentences(case: GalleryCase, network: Network, at: GalleryMarkup) -> Iterator[str]:
    """What the letters of the question stand for."""
    items = network.backward(*case.wrt).items
    names = collect_names(network.program, items, network.notation)
    return map(at.settings.mixed, describe_symbols(network.program, items, names))


def _answer_lines(case: GalleryCase, network: Network, at: GalleryMarkup) -> Iterator[str]:
    """The results in index form, what they are, and the entry that was asked for."""
    explanation = network.derivation(*case.wrt)
    names = collect_names(network.program, explanation.backward.items, network.notation)
    for name in case.wrt:
        derivation = explanation.backward.derivation(network.tensor(name).key)
        assert derivation is not None
        equation = derivation.equation
        sides = (arrange(equation.lhs, names), arrange(equation.rhs, names))
        yield at.display(at.settings.write(DisplayRelation(sides, ("=",))))
        for sentence in explanation.structure.get(equation.key, ()):
            yield at.settings.mixed(sentence)
    if case.entry:
        left = parse_left_side(f"dC/d{case.entry}")
        right = arrange_scalar(network.gradient(case.entry), names)
        yield "Entry by entry, for the one that was asked for:"
        yield at.display(at.settings.write(DisplayRelation((left, right), ("=",))))
        yield from _judge_answer(case, network, names, at)


def _judge_answer(
    case: GalleryCase, network: Network, names: DisplayNames, at: GalleryMarkup
) -> Iterator[str]:
    """A formula that somebody wrote, and whether it is right; if not, numbers that show it."""
    if case.written is None:
        return
    number, sums = case.written
    claimed = Mul(number, *(Add(*map(_parse_term, terms)) for terms in sums))
    true = network.gradient(case.entry)
    yield "Written in the question:"
    yield at.display(at.settings.write(arrange_scalar(claimed, names)))
    if expand(true - claimed) == 0:
        yield "That is right."
        return
    symbols = sorted(true.atoms(Symbol) | claimed.atoms(Symbol), key=str)
    values = {s: Integer(n) for n, s in enumerate(symbols, start=1)}
    told = at.settings.mixed(
        part
        for s, n in values.items()
        for part in (
            ", ",
            DisplayRelation((arrange_scalar(s, names), DisplayNumber(int(n))), ("=",)),
        )
    )
    found, wrong = true.xreplace(values), claimed.xreplace(values)
    yield (
        f"That is wrong: a sum of products is no product of sums. With {told[2:]} the derivative "
        f"is {found}, and what is written gives {wrong}."
    )


def _parse_term(name: str) -> Expr:
    return -Symbol(name[1:]) if name.startswith("-") else Symbol(name)


def _build_tables(case: GalleryCase, network: Network, at: GalleryMarkup) -> Iterator[GalleryTable]:
    for claim in case.claims:
        yield _claim_table(
            claim, trace_network(network, case.values, given=claim.given), network, at
        )
    for rate in case.rates:
        yield _loss_table(trace_network(network, case.values, steps=STEPS, rate=rate), at)


def _claim_table(
    claim: NumberClaim, found: Trace, network: Network, at: GalleryMarkup
) -> GalleryTable:
    """What was written down beside what is true."""
    names = collect_names(network.program, network.backward().items, network.notation)
    verdicts = found.compared(claim.tensor, claim.numbers)
    entry = at.settings.symbol(display_entry(tensor_name(claim.tensor), (), names))
    rows = tuple(
        (
            ", ".join(map(str, place)),
            text,
            at.settings.symbol(display_number(found.value(claim.tensor, *place), None)[0]),
            SAID[verdicts[place]],
        )
        for place, text in claim.numbers.items()
    )
    return GalleryTable(f"{claim.words}, {entry}:", ("entry", "written", "true", "verdict"), rows)


def _loss_table(found: Trace, at: GalleryMarkup) -> GalleryTable:
    """The loss at every step of a descent."""
    assert found.descent is not None
    rate = at.settings.symbol(display_number(found.descent.rate, None)[0])
    rows = tuple(
        (str(step), at.settings.symbol(display_number(loss, None)[0]))
        for step, loss in enumerate(found.descent.losses)
    )
    words = f"Gradient descent with the rate {rate}. {found.descent.summary}"
    return GalleryTable(words, ("step", f"loss {found.descent.cost}"), rows)
