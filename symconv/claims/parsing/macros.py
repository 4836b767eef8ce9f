r"""Macros of LaTeX: `\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}}`, `\def`, `\let`.

They are replaced by what they stand for before anything is read. What they grow to is counted, and
a macro that contains itself is refused, so that a text costs no more than it is long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from symconv.claims.model.errors import MOST_POST, ClaimError

from .latex_layout import match_braces

MOST_MACROS = 100
"""How many macros a text may define; a long paper has some dozens."""

MOST_MACRO_DEPTH = 20
"""How deep macros may use each other."""

MOST_GROWTH = 20
"""How many times as long as the text its expansion may be."""

DEFINITION = re.compile(
    r"\\(?:re|provide)?newcommand\*?\s*(?:\{\s*\\(?P<a>[A-Za-z]+)\s*\}|\\(?P<b>[A-Za-z]+))"
    r"\s*(?:\[(?P<count>[0-9])\])?\s*(?=\{)"
    r"|\\providecommand\*?\s*\{\s*\\(?P<c>[A-Za-z]+)\s*\}\s*(?:\[(?P<more>[0-9])\])?\s*(?=\{)"
    r"|\\def\s*\\(?P<d>[A-Za-z]+)\s*(?P<marks>(?:#[1-9])*)\s*(?=\{)"
    r"|\\DeclareMathOperator\*?\s*\{\s*\\(?P<e>[A-Za-z]+)\s*\}\s*(?=\{)"
    r"|\\let\s*\\(?P<f>[A-Za-z]+)\s*=?\s*(?P<same>\\[A-Za-z]+)"
)
DEFINES = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|def|let|DeclareMathOperator)(?![A-Za-z])"
)
COMMAND = re.compile(r"\\([A-Za-z]+)")
BEGIN = re.compile(r"\\begin\s*\{document\}")
COLOUR = re.compile(r"\\color\s*\{[^{}]*\}")
DECORATED = re.compile(r"\\(?:boldsymbol|underline|bm|mathbf|textcolor\s*\{[^{}]*\})|[{}\s]")
"""What marks an argument and says nothing: colours, lines, bold letters, and their braces."""

ROOM = re.compile(
    r"\\(?:[vh]space\*?\s*\{[^{}]*\}|(?:smallskip|medskip|bigskip|par|nopagebreak|centering|small"
    r"|footnotesize|large|displaystyle|noindent)(?![A-Za-z]))"
)
"""Space around an argument, and its size: what stands in it may well be a formula."""

PROGRAM = re.compile(
    r"\\(?:parbox|if[a-z]*|detokenize|relax|raggedright|raggedleft|textsc|texttt|setlength|makebox"
    r"|rule|begingroup)(?![A-Za-z])"
)
"""Commands that lay out words: a macro with one of them is no part of a formula."""

PARAMETER = re.compile(r"#([1-9])")


@dataclass(frozen=True)
class Macro:
    """What a command stands for; `#1`, `#2` in its body are its arguments."""

    body: str
    count: int


def expand_macros(text: str) -> str:
    """The text with its own macros replaced; line breaks of definitions are kept.

    ClaimError where they grow without end.
    """
    text = leave_preamble_out(text)
    if not DEFINES.search(text):
        return text
    rest, macros = _take_definitions(text)
    return Expansion(macros, 1_000 + MOST_GROWTH * len(text)).expand(rest, 0) if macros else text


def _take_definitions(text: str) -> tuple[str, dict[str, Macro]]:
    """The text without its definitions, and these by name; a later one counts."""
    macros: dict[str, Macro] = {}
    kept: list[str] = []
    start, closes = 0, match_braces(text)
    while match := DEFINITION.search(text, start):
        kept.append(text[start : match.start()])
        stop, body = match.end(), match["same"]
        if body is None:
            closing = closes.get(stop)
            if closing is None:
                raise ClaimError("a macro without the end of its body", help="\\newcommand{\\a}{b}")
            body, stop = text[stop + 1 : closing], closing + 1
        name = next(match[k] for k in "abcdef" if match[k])
        count = int(match["count"] or match["more"] or len(match["marks"] or "") // 2)
        body = simplify_body(body.replace("\n", " "), count)
        macros[name] = Macro(f"\\operatorname{{{body}}}" if match["e"] else body, count)
        if len(macros) > MOST_MACROS:
            raise ClaimError("too many macros", help=f"at most {MOST_MACROS}")
        kept.append("\n" * text.count("\n", match.start(), stop))
        start = stop
    return "".join(kept) + text[start:], macros


def simplify_body(body: str, count: int) -> str:
    """What a macro says: its argument where it colours or marks it, a note where it lays out words.

    A macro of boxes, fonts and conditions of TeX stands for its arguments, as a tag does, which is
    no part of a formula.
    """
    colourless = ROOM.sub("", COLOUR.sub("", body))
    if DECORATED.sub("", colourless) == "#1":
        return "\\boldsymbol{#1}"
    if not PROGRAM.search(body):
        return colourless
    said = " ".join(f"#{n}" for n in range(1, count + 1))
    return f"\\tag*{{{said}}}" if said else ""


def leave_preamble_out(text: str) -> str:
    """A document of LaTeX without what stands before its beginning, but for its macros.

    Lines keep their numbers.
    """
    begins = BEGIN.search(text)
    if begins is None:
        return text
    head, closes = text[: begins.end()], match_braces(text)
    kept, place = [], 0
    for match in DEFINITION.finditer(head):
        if match.start() < place:
            continue
        stop = closes.get(match.end(), -1) + 1 if match["same"] is None else match.end()
        kept += ["\n" * text.count("\n", place, match.start()), text[match.start() : stop]]
        place = max(place, stop)
    kept.append("\n" * text.count("\n", place, begins.end()))
    return "".join(kept) + text[begins.end() :]


@dataclass
class Expansion:
    """Replaces macros; `left` is how many characters may still be written."""

    macros: dict[str, Macro]
    left: int

    def expand(self, text: str, depth: int) -> str:
        """The text with every macro replaced by its body."""
        if depth > MOST_MACRO_DEPTH:
            raise ClaimError(
                "a macro contains itself, or macros use each other too deep",
                help=f"at most {MOST_MACRO_DEPTH} deep",
            )
        return "".join(self._pieces(text, depth))

    def _pieces(self, text: str, depth: int) -> Iterator[str]:
        start, closes = 0, match_braces(text)
        for match in COMMAND.finditer(text):
            macro = self.macros.get(match[1])
            if macro is None or match.start() < start:
                continue
            yield text[start : match.start()]
            values, start = _take_arguments(text, match, macro.count, closes)
            body = _fill_in(macro.body, values)
            self.left -= len(body) + 1
            if self.left < 0 or len(text) > MOST_POST:
                raise ClaimError("the macros make the text too long", help="write the formula out")
            broken = "\n" * text.count("\n", match.start(), start)
            # A command at the end of a body must not run into the letters behind the macro.
            space = " " if text[start : start + 1].isalpha() else ""
            yield self.expand(body, depth + 1) + broken + space
        yield text[start:]


def _fill_in(body: str, values: list[str]) -> str:
    """A body with its arguments; what stands for an argument that there is not is left out."""
    values = [*values, *[""] * 9]
    return PARAMETER.sub(lambda m: values[int(m[1]) - 1], body)


def _take_arguments(
    text: str, match: re.Match[str], count: int, closes: dict[int, int]
) -> tuple[list[str], int]:
    """The arguments behind a macro, in braces or one token each, and where they end."""
    values: list[str] = []
    place = match.end()
    for _ in range(count):
        while text[place : place + 1].isspace():
            place += 1
        closing = closes.get(place)
        command = COMMAND.match(text, place)
        if closing is not None:
            values.append(text[place + 1 : closing].replace("\n", " "))
            place = closing + 1
        elif place < len(text):
            values.append(command.group() if command else text[place])
            place = command.end() if command else place + 1
        else:
            raise ClaimError(
                f"the macro '\\{match[1]}' lacks an argument", help=f"{count} in braces"
            )
    return values, place
