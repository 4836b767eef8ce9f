"""One `align` of LaTeX with amsmath alone: formulas, each with a label, and nothing besides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from symconv.core.equation import Equation, SizeDefinition
from symconv.core.errors import SymconvError
from symconv.core.proof import Derivation, equation_of
from symconv.core.tensor import Name
from symconv.output.templates import render_template
from symconv.render.formula.latex import SHORT, WIDEST, Latex
from symconv.render.formula.names import collect_names, parse_symbol, tensor_name
from symconv.render.formula.tree import DisplayTree

from .content import Content
from .detail import group_steps
from .displays import arrange_size
from .equation_writer import EquationWriter
from .markup_settings import LATEX, NARROWEST, MarkupSettings, list_packages

ARTICLE = 345.0
r"""The width of a line in points where none is said: `\textwidth` of LaTeX's article."""

BESIDE = 280.0
"""In points: in narrower lines right sides stand below left ones. A slide has 307."""

EDGE = 8.0
"""In points: what of a line stays free, as the widths of letters are estimates."""


@dataclass(frozen=True)
class PlainEquation:
    """A left side and its right sides, each in lines; the label stands at the last of them.

    `stacked` says whether the right sides begin below the left one.
    """

    label: str
    left: str
    sides: tuple[tuple[str, ...], ...]
    stacked: bool = False


def fit_plain(width: float | None) -> MarkupSettings:
    """LaTeX without macros for lines of a width in points; SymconvError where nothing would fit."""
    wide = ARTICLE if width is None else width
    if not wide >= NARROWEST:
        raise SymconvError(
            f"a line of {wide:g} points is too narrow for formulas",
            help=f"take {NARROWEST} points or more; two columns of A4 paper have about 230",
        )
    room = wide - EDGE
    writer = Latex(short=SHORT, wide=min(WIDEST, room - 2 * LATEX.margin))
    made = replace(LATEX, writer=writer, room=room, marks=False)
    return made if wide >= BESIDE else replace(made, stacked=True, indent=8)


def plain_latex(content: Content, width: float | None = None, *, only: str = "") -> str:
    """The network's equations and each derivation as a chain; the results alone with `only`."""
    equations = tuple(_list_equations(content, fit_plain(width), only))
    packages = list_packages(content.notation)
    return render_template("latex", "plain.tex.j2", equations=equations, packages=packages)


def _list_equations(content: Content, scribe: MarkupSettings, only: str) -> Iterator[PlainEquation]:
    program, backward = content.program, content.backward
    names = collect_names(program, backward, content.notation)
    author = EquationWriter(names, scribe.lettered(content.notation), {})
    chains = [] if only else [_chain(author, e, content) for e in program.equations]
    chains += [] if only else [_size_chain(size) for size in program.sizes]
    chains += [_chain(author, item, content, only) for item in backward]
    beside = max(author.scribe.width(chain.left) for chain in chains)
    for chain in chains:
        yield _write_chain(author.scribe, chain, beside, content.title)


@dataclass(frozen=True)
class FormulaChain:
    """A left side, the right sides that it is equal to, and the name that it is cited by."""

    name: Name
    left: DisplayTree
    sides: tuple[DisplayTree, ...]


def _write_chain(
    scribe: MarkupSettings, chain: FormulaChain, beside: float, title: str
) -> PlainEquation:
    """A chain in lines; where they are narrow, its left side stands above unless all fits."""
    label, left = make_label(title, chain.name), scribe.write(chain.left)
    if not scribe.stacked:
        return PlainEquation(label, left, tuple(scribe.lines(s, beside) for s in chain.sides))
    own = replace(scribe, indent=0).lines(chain.sides[0], scribe.width(chain.left))
    if len(chain.sides) == len(own) == 1:
        return PlainEquation(label, f"& {left}", (own,))
    return PlainEquation(label, left, tuple(scribe.lines(s, 0) for s in chain.sides), stacked=True)


def _size_chain(size: SizeDefinition) -> FormulaChain:
    left = parse_symbol(size.symbol.name, entry=False)
    return FormulaChain(Name(size.symbol.name), left, (arrange_size(size),))


def _chain(
    author: EquationWriter, item: Derivation | Equation, content: Content, only: str = ""
) -> FormulaChain:
    """A left side and what it starts with, each step, and the result."""
    left, name = author.form(equation_of(item).lhs), tensor_name(equation_of(item).key)
    steps = group_steps(item.steps, content.detail) if isinstance(item, Derivation) else ()
    result = author.form(equation_of(item).rhs)
    if only or not steps:
        return FormulaChain(name, left, (result,))
    forms = [author.form(steps[0].before), *(author.form(step.after) for step in steps[:-1])]
    before = (form for form in forms if form not in (left, result))
    return FormulaChain(name, left, (*before, result))


def make_label(title: str, name: Name) -> str:
    """`eq:two-convs:dw1`: where the equation of a tensor is cited from."""
    slug = re.sub("[^a-z0-9]+", "-", title.lower()).strip("-")
    lead = "" if slug in {"", "network"} else f"{slug}:"
    kind = {"gradient": "d", "delta": "delta-"}.get(name.kind, "")
    layer = "" if name.layer is None else str(name.layer)
    return f"eq:{lead}{kind}{name.letter}{layer}"
