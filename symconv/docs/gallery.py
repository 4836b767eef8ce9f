"""The gallery: each question, its derivation, its numbers and the verdict, all of it computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sympy import Add, Expr, Integer, Mul, Symbol, expand

from symconv.api import Network
from symconv.network.examples import BY_NAME
from symconv.output.templates import rendered
from symconv.render.document.markup_settings import MARKDOWN
from symconv.render.document.operators import meanings, signs_in
from symconv.render.document.symbols import symbols
from symconv.render.formula.arrange import arrange
from symconv.render.formula.names import Names, entry_form, names_of, tensor_name
from symconv.render.formula.scalars import left_side, scalar_form
from symconv.render.formula.tree import Number, Relation
from symconv.trace import Trace, trace
from symconv.trace.numbers import Verdict, written

from .gallery_cases import CASES, Case, Claimed

STEPS = 3
SAID: dict[Verdict, str] = {
    "equal": "right",
    "rounded": "right, rounded",
    "truncated": "truncated instead of rounded",
    "opposite": "the opposite sign",
    "different": "different",
}


@dataclass(frozen=True)
class Table:
    """Words, and a table below them."""

    words: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Shown:
    """A case, ready for the template."""

    title: str
    question: str
    link: str
    network: tuple[str, ...]
    symbols: str
    answers: tuple[str, ...]
    tables: tuple[Table, ...]
    remarks: tuple[str, ...] = ()


def gallery(link: str = "{name}/{stem}.md") -> str:
    """The page as Markdown; `link` says where an example's derivation lies."""
    shown = [_shown(case, link) for case in CASES]
    structures = [Network.example(case.example).derivation().structure for case in CASES]
    said = [sentence for found in structures for some in found.values() for sentence in some]
    signs = "".join(map(MARKDOWN.mixed, meanings(signs_in(said))))
    return rendered("markdown", "gallery.md.j2", cases=shown, signs=signs)


def _shown(case: Case, link: str) -> Shown:
    network = Network.example(case.example)
    return Shown(
        case.title,
        MARKDOWN.words(BY_NAME[case.example].question),
        link.format(name=case.example, stem=case.example.replace("-", "_")),
        tuple(_network(network)),
        " ".join(_symbols(case, network)),
        tuple(_answers(case, network)),
        tuple(_tables(case, network)),
    )


def _network(network: Network) -> Iterator[str]:
    """The forward equations, a line each."""
    names = names_of(network.program, network.backward().items, network.notation)
    for equation in network.program.equations:
        sides = (arrange(equation.lhs, names), arrange(equation.rhs, names))
        yield _display(MARKDOWN.write(Relation(sides, ("=",))))


def _symbols(case: Case, network: Network) -> Iterator[str]:
    """What the letters of the question stand for."""
    items = network.backward(*case.wrt).items
    names = names_of(network.program, items, network.notation)
    return map(MARKDOWN.mixed, symbols(network.program, items, names))


def _answers(case: Case, network: Network) -> Iterator[str]:
    """The results in index form, what they are, and the entry that was asked for."""
    explanation = network.derivation(*case.wrt)
    names = names_of(network.program, explanation.backward.items, network.notation)
    for name in case.wrt:
        derivation = explanation.backward.derivation(network.tensor(name).key)
        assert derivation is not None
        equation = derivation.equation
        sides = (arrange(equation.lhs, names), arrange(equation.rhs, names))
        yield _display(MARKDOWN.write(Relation(sides, ("=",))))
        for sentence in explanation.structure.get(equation.key, ()):
            yield MARKDOWN.mixed(sentence)
    if case.entry:
        left = left_side(f"dC/d{case.entry}")
        right = scalar_form(network.gradient(case.entry), names)
        yield "Entry by entry, for the one that was asked for:"
        yield _display(MARKDOWN.write(Relation((left, right), ("=",))))
        yield from _judged(case, network, names)


def _judged(case: Case, network: Network, names: Names) -> Iterator[str]:
    """A formula that somebody wrote, and whether it is right; if not, numbers that show it."""
    if case.written is None:
        return
    number, sums = case.written
    claimed = Mul(number, *(Add(*map(_term, terms)) for terms in sums))
    true = network.gradient(case.entry)
    yield "Written in the question:"
    yield _display(MARKDOWN.write(scalar_form(claimed, names)))
    if expand(true - claimed) == 0:
        yield "That is right."
        return
    symbols = sorted(true.atoms(Symbol) | claimed.atoms(Symbol), key=str)
    values = {s: Integer(n) for n, s in enumerate(symbols, start=1)}
    told = MARKDOWN.mixed(
        part
        for s, n in values.items()
        for part in (", ", Relation((scalar_form(s, names), Number(int(n))), ("=",)))
    )
    found, wrong = true.xreplace(values), claimed.xreplace(values)
    yield (
        f"That is wrong: a sum of products is no product of sums. With {told[2:]} the derivative "
        f"is {found}, and what is written gives {wrong}."
    )


def _term(name: str) -> Expr:
    return -Symbol(name[1:]) if name.startswith("-") else Symbol(name)


def _display(formula: str) -> str:
    return f"```math\n{formula}\n```"


def _tables(case: Case, network: Network) -> Iterator[Table]:
    for claim in case.claims:
        yield _claimed(claim, trace(network, case.values, given=claim.given), network)
    for rate in case.rates:
        yield _losses(trace(network, case.values, steps=STEPS, rate=rate))


def _claimed(claim: Claimed, found: Trace, network: Network) -> Table:
    """What was written down beside what is true."""
    names = names_of(network.program, network.backward().items, network.notation)
    verdicts = found.compared(claim.tensor, claim.numbers)
    entry = MARKDOWN.symbol(entry_form(tensor_name(claim.tensor), (), names))
    rows = tuple(
        (
            ", ".join(map(str, place)),
            text,
            MARKDOWN.symbol(written(found.value(claim.tensor, *place), None)[0]),
            SAID[verdicts[place]],
        )
        for place, text in claim.numbers.items()
    )
    return Table(f"{claim.words}, {entry}:", ("entry", "written", "true", "verdict"), rows)


def _losses(found: Trace) -> Table:
    """The loss at every step of a descent."""
    assert found.descent is not None
    rate = MARKDOWN.symbol(written(found.descent.rate, None)[0])
    rows = tuple(
        (str(step), MARKDOWN.symbol(written(loss, None)[0]))
        for step, loss in enumerate(found.descent.losses)
    )
    words = f"Gradient descent with the rate {rate}. {found.descent.summary}"
    return Table(words, ("step", f"loss {found.descent.cost}"), rows)
