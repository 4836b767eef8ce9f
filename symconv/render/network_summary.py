"""A network in brief: one line, and its forward equations as a notebook shows them."""

from __future__ import annotations

from collections.abc import Iterator

from symconv.core.equation import Program
from symconv.core.proof import number_equations
from symconv.notation.presets import Notation
from symconv.render.document.equation_writer import EquationWriter
from symconv.render.document.html import HTML, escape_html
from symconv.render.document.markup_settings import LATEX, MarkupSettings
from symconv.render.formula.names import collect_names

LONGEST_LINE = 100
"""How long a network's one line may be: it stands in lists, and in a traceback."""


def shorten_line(text: str) -> str:
    """A text on one line, its middle left out where it is long."""
    line = " ".join(text.split())
    half = LONGEST_LINE // 2 - 2
    return line if len(line) <= LONGEST_LINE else f"{line[:half]} ... {line[-half:]}"


def write_equations_html(program: Program, notation: Notation, tensors: tuple[str, ...]) -> str:
    """The forward equations as MathML with their numbers, and what every tensor is."""
    rows = "".join(
        f"<tr><td>({number})</td><td style='text-align: left'><math>{left}<mo>=</mo>{right}</math>"
        f"</td><td style='text-align: left'>{title}</td></tr>"
        for number, left, right, title in _list_equations(program, notation, HTML)
    )
    said = "".join(f"<li>{escape_html(line)}</li>" for line in tensors)
    return f"<table>{rows}</table><ul>{said}</ul>"


def write_equations_latex(program: Program, notation: Notation) -> str:
    """The forward equations, one a line."""
    lines = [
        rf"{left} &= {right} \tag{{{number}}}"
        for number, left, right, _ in _list_equations(program, notation, LATEX)
    ]
    joined = " \\\\\n".join(lines)
    return f"$$\n\\begin{{align}}\n{joined}\n\\end{{align}}\n$$"


def _list_equations(
    program: Program, notation: Notation, scribe: MarkupSettings
) -> Iterator[tuple[int, str, str, str]]:
    """Every equation: its number, both sides in the markup, and the layer in words."""
    names, numbers = collect_names(program, (), notation), number_equations(program, ())
    author = EquationWriter(names, scribe.lettered(notation), numbers)
    for e in program.equations:
        left, right = (author.scribe.write(author.form(side)) for side in (e.lhs, e.rhs))
        yield numbers[e.key], left, right, author.scribe.words(e.title)
