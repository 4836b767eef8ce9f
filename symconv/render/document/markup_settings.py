"""One markup: its formula printer, how it escapes words, and how much room a line has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from symconv.core.errors import SymconvError
from symconv.notation.hand import TRANSPOSE
from symconv.notation.presets import Notation
from symconv.notation.signs import AMSFONTS
from symconv.render.formula.escape import clean_text, escape_latex, escape_markdown
from symconv.render.formula.formula_printer import FormulaPrinter
from symconv.render.formula.latex import PLAIN_MARKS, SHORT, WIDEST, Latex
from symconv.render.formula.line_breaking import (
    Boxes,
    break_lines,
    line_text,
    lines_fit,
    total_width,
)
from symconv.render.formula.plain import PlainText
from symconv.render.formula.tree import DisplayTree


@dataclass(frozen=True)
class MarkupSettings:
    """Turns forms and words into strings of a markup; `room` is the width of a line.

    `indent` is what a continued line loses to its indentation, `margin` the room of a relation
    sign; the number of an equation takes as much again. `shows_limits` says whether a sum shows
    the limits of its indices, `stacked` whether steps stand below their left side,
    `marks` whether what a step changes is marked; `small_word` is the width of a letter of a rule.
    """

    writer: FormulaPrinter
    words: Callable[[str], str]
    inline: Callable[[str], str]
    room: float
    margin: float
    indent: float
    shows_limits: bool
    stacked: bool
    marks: bool = False
    small_word: float = 1
    transpose: str = TRANSPOSE

    def lettered(self, notation: Notation) -> MarkupSettings:
        """The same markup with the letters that a notation has for indices."""
        sign = notation.hand.transpose
        return replace(self, writer=self.writer.in_notation(notation), transpose=sign)

    @property
    def narrow(self) -> bool:
        """Whether lines are short: right sides stand below left ones, words below both."""
        return self.stacked and self.shows_limits

    def brief(self) -> MarkupSettings:
        """The same markup with sums that name their indices alone."""
        if isinstance(self.writer, Latex):
            return replace(self, writer=replace(self.writer, brief=True))
        return self

    def width(self, form: DisplayTree) -> float:
        return total_width(self.writer.strip(form))

    def write(self, form: DisplayTree) -> str:
        """A formula of its own line."""
        return self.writer.write(form)

    def mixed(self, parts: Iterable[str | DisplayTree]) -> str:
        """Words and formulas in one sentence."""
        return "".join(
            self.words_inside(part, start=number == 0)
            if isinstance(part, str)
            else self.inline(self.text(part))
            for number, part in enumerate(parts)
        )

    def words_inside(self, text: str, *, start: bool = True) -> str:
        """Words with the spaces at their ends kept; only at the `start` can they open a list."""
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        if not text.strip():
            return text
        said = self.words(text) if start else self.words(f"x{text.strip()}")[1:]
        return before + said.replace(f"$^{{{TRANSPOSE}}}$", f"$^{{{self.transpose}}}$") + after

    def text(self, form: DisplayTree) -> str:
        """A formula inside a sentence."""
        writer = self.writer
        return (replace(writer, size=1) if isinstance(writer, Latex) else writer).write(form)

    def symbol(self, form: DisplayTree) -> str:
        """A formula inside a heading."""
        return self.inline(self.text(form))

    def beside(self, left: float, *, numbered: bool = False) -> float:
        """The room for a formula beside a left side of that width."""
        return self.room - left - self.margin * (2 if numbered else 1)

    def lines(self, form: DisplayTree, left: float, *, numbered: bool = True) -> tuple[str, ...]:
        """The formula in lines that fit beside a left side of the width `left`."""
        return self._texts(self._broken(form, left, numbered=numbered))

    def lines_and_room(self, form: DisplayTree, left: float) -> tuple[tuple[str, ...], float]:
        """The formula in lines, as `lines` gives it, and the room at the right of the last one."""
        strips = self._broken(form, left, numbered=False)
        taken = total_width(strips[-1]) + (self.indent if len(strips) > 1 else 0)
        return self._texts(strips), self.beside(left) - taken - 4 * self.small_word

    @staticmethod
    def _texts(strips: tuple[Boxes, ...]) -> tuple[str, ...]:
        return tuple(line_text(line, continued=k > 0) for k, line in enumerate(strips))

    def _broken(self, form: DisplayTree, left: float, *, numbered: bool) -> tuple[Boxes, ...]:
        """The formula in lines; behind what opens a part only where nothing else fits."""
        room = self.beside(left, numbered=numbered)
        rooms = room, room - self.indent
        lines = break_lines(self.writer.strip(form), *rooms)
        loose = replace(self.writer, loose=True)
        return lines if lines_fit(lines, *rooms) else break_lines(loose.strip(form), *rooms)


LATEX = MarkupSettings(
    Latex(),
    escape_latex,
    "${}$".format,
    445,
    24,
    24,
    shows_limits=True,
    stacked=False,
    marks=True,
    small_word=5.4,
)
DOCUMENT = replace(LATEX, room=496)
"""A page of our own: the same margins in smaller type."""
NARROWEST, EDGE, STACKED = 120, 4, 360
"""In points: the narrowest line, what of it stays free, the least line with reasons beside.

120 is half a column of a paper in two columns, and 360 the text width of LaTeX's article at 11
points; in less, reasons get lines of their own.
"""


def list_packages(notation: Notation) -> str:
    """The packages of LaTeX that formulas in a notation need: blackboard letters are in amssymb."""
    fonts = {sign.font for _, sign in notation.hand.signs}
    return "amsmath,amssymb" if fonts & AMSFONTS else "amsmath"


def fit_latex(width: float | None) -> MarkupSettings:
    """LaTeX for lines of a width in points; SymconvError where no formula would fit."""
    if width is None:
        return LATEX
    if not width >= NARROWEST:
        raise SymconvError(
            f"a line of {width:g} points is too narrow for formulas",
            help=f"take {NARROWEST} points or more; two columns of A4 paper have about 230",
        )
    room = width - EDGE
    writer = Latex(short=min(SHORT, room / 2), wide=min(WIDEST, room - 2 * LATEX.margin))
    if width >= STACKED:
        return replace(LATEX, writer=writer, room=room)
    return replace(LATEX, writer=writer, room=room, stacked=True, indent=0)


MARKDOWN = MarkupSettings(
    Latex(marks=PLAIN_MARKS),
    escape_markdown,
    "$`{}`$".format,
    520,
    24,
    24,
    shows_limits=True,
    stacked=False,
    marks=True,
)
NOTEBOOK = replace(MARKDOWN, inline="${}$".format)
TEXT_COLUMNS, FEWEST_COLUMNS = 100, 40
"""The width of a text where none is asked for, and the least: in less, words have no room.

100 is what the rules of a derivation need beside its formulas.
"""
TEXT = MarkupSettings(
    PlainText(), clean_text, "{}".format, TEXT_COLUMNS, 8, 4, shows_limits=False, stacked=True
)


def check_columns(width: int) -> int:
    """The width of a text; SymconvError where it is no number of columns, or too small."""
    if not isinstance(width, int) or width < FEWEST_COLUMNS:
        raise SymconvError(
            f"a text of {width!r:.20} columns has no room for formulas",
            help=f"{FEWEST_COLUMNS} columns or more",
        )
    return width


LONGEST_UNBROKEN = 60
"""Formulas up to so many characters are kept on one line inside a sentence.

Longer ones would leave holes in lines of 100.
"""


def protect_spaces(formula: str) -> str:
    """A formula inside a sentence of a terminal, kept on one line unless it is long."""
    return formula if len(formula) > LONGEST_UNBROKEN else formula.replace(" ", NO_BREAK)


NO_BREAK = "\u00a0"
TERMINAL = replace(TEXT, inline=protect_spaces)
