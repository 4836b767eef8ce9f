r"""What LaTeX lays out and does not mean: numbers, labels, colours, boxes, words, comments.

The text keeps its length, with spaces where such marks stood, so that every place stays its own:
`\tag{3}` is nothing, `\boxed{a = b}` is a = b, and `\mathrm{d}C` is dC.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from .spoken_signs import SPOKEN_SIGNS, find_spoken_signs

NOTHING = "tag|label|color|phantom|hphantom|vphantom|hspace|vspace|cite|eqref|ref|footnote"
BOXES = "boxed|overbrace|underbrace|colorbox|fbox|cancel|mathop|ensuremath|substack"
BOXES += "|underline|boldsymbol|bm|pmb|textcolor"
WITHOUT_GROUP = {"underline", "boldsymbol", "bm", "pmb", "textcolor"}
"""What marks letters and binds nothing: as it is printed, a line below a - b makes no bracket."""
MARK = re.compile(
    rf"\\(?P<nothing>{NOTHING})\*?(?=\s*\{{)|\\(?P<box>{BOXES})(?=\s*\{{)"
    r"|\\(?P<alone>checkmark|square|blacksquare|qed|hfill|newline|allowbreak|medspace|thinspace)"
    r"(?![A-Za-z])"
)
UPRIGHT = r"\\(?:mathrm|mathup|text|textrm|operatorname|mathit)"
DIFFERENTIAL = re.compile(rf"{UPRIGHT}\s*\{{\s*d\s*\}}|{UPRIGHT}\s+d|\{{\s*\\rm\s+d\s*\}}")
CIRCLE = r"(?:\^?\s*(?:\{\s*\\circ\s*\}|\\circ(?![A-Za-z])|°))"
ANGLE = rf"180\s*{CIRCLE}?"
HALF_TURN = re.compile(
    r"(?:\\(?:operatorname|text|textrm|mathrm|mathbf|mathsf)\s*\{\s*(?:[rR]ot|ROT|rotate)\s*\}"
    r"|(?<![A-Za-z\\])(?:[rR]ot|ROT|rotate))"
    rf"\s*(?:[_^]\s*\{{\s*{ANGLE}\s*\}}|[_^]?\s*{ANGLE})\s*{CIRCLE}?"
)
ARGMAX = re.compile(
    r"\\operatorname\*?\s*\{\s*arg\s*(?:\\[,;!\s])?\s*max\s*\}|\\arg\s*\\max(?![A-Za-z])|\\argmax(?![A-Za-z])"
)
WORDS = re.compile(
    r"\\(?:text|textrm|textnormal|mathrm|mbox|textit|hbox)\s*"
    r"\{\s*(?:if|and|or|for|when|otherwise|else|where)(?![A-Za-z])[^{}\n]{0,80}\}"
)
COMMENT = re.compile(r"(?<!\\)%(?!\s*(?:[0-9(]|[A-Za-z](?![A-Za-z])|\\))[^\n]*")
RELATION = re.compile(r"[=<>~]|\\(?:le|ge|ne|leq|geq|neq|approx|equiv)(?![A-Za-z])")
EMPTY = re.compile(r"(?<![A-Za-z_^}])\{\s*\}")
ROW = re.compile(r"\\\\")
SCRIPT = re.compile(r"\s*[_^]\s*(?=\{)")
BRACED_WITH_LABEL = {"underbrace": "_", "overbrace": "^"}
TWO_ARGUMENTS = {"textcolor", "colorbox"}


def blank_layout(text: str) -> str:
    """The text with spaces in place of what says nothing, as long as before."""
    if not any(c in text for c in ("\\", "%", "ot", "OT", "{", *SPOKEN_SIGNS)):
        return text
    found = _Blanks(text)
    for span, sign in find_spoken_signs(text):
        found.replace(span, sign)
    for match in COMMENT.finditer(text):
        found.blank(*match.span())
    for match in WORDS.finditer(text):
        found.blank(match.start(), text.index("{", match.start()) + 1)
        found.blank(match.end() - 1, match.end())
    for match in DIFFERENTIAL.finditer(text):
        found.replace(match.span(), "d")
    for match in EMPTY.finditer(text):
        found.blank(*match.span())
    for match in ARGMAX.finditer(text):
        found.replace(match.span(), "argmax")
    for match in HALF_TURN.finditer(text):
        found.replace(match.span(), "rot180")
    for match in MARK.finditer(text):
        found.mark(match)
    return found.text


def find_marks(text: str) -> Iterator[tuple[int, int]]:
    """Where tags, labels and the like stand, with what is in their braces."""
    closing = match_braces(text) if "\\" in text else {}
    for match in MARK.finditer(text) if closing else ():
        opening = text.index("{", match.end()) if match["nothing"] else -1
        if opening in closing:
            yield match.start(), closing[opening] + 1


def blank_boxes(text: str) -> str:
    """The text without boxes around whole formulas, and what numbers or aligns their rows."""
    if "\\" not in text:
        return text
    found = _Blanks(text)
    for match in MARK.finditer(text):
        if match["nothing"] or match["box"] in {"boxed", "fbox"}:
            found.mark(match)
    return found.text


class _Blanks:
    """A text whose characters are replaced one by one; `text` is what it is by now."""

    def __init__(self, text: str) -> None:
        self.original = text
        self.characters = list(text)
        self.closing = match_braces(text)
        self.relations = [m.start() for m in RELATION.finditer(text)]

    @property
    def text(self) -> str:
        return "".join(self.characters)

    def blank(self, start: int, stop: int) -> None:
        """Spaces from one place to another; line breaks stay, for the numbers of lines."""
        for n in range(start, stop):
            if self.characters[n] != "\n":
                self.characters[n] = " "

    def replace(self, span: tuple[int, int], word: str) -> None:
        """A word at the end of a span, and spaces before it."""
        self.blank(*span)
        for n, c in enumerate(word, start=span[1] - len(word)):
            self.characters[n] = c

    def mark(self, match: re.Match[str]) -> None:
        """Blank a command with what belongs to it."""
        text, stop = self.original, match.end()
        if match["alone"]:
            self.blank(*match.span())
            return
        opening = text.index("{", stop)
        closing = self.closing.get(opening)
        if closing is None:
            return
        if match["nothing"]:
            self.blank(match.start(), closing + 1)
            return
        self.blank(*match.span())
        if match["box"] in TWO_ARGUMENTS:
            self.blank(opening, closing + 1)
            following = re.compile(r"\s*\{").match(text, closing + 1)
            last = self.closing.get(following.end() - 1) if following else None
            if following is None or last is None:
                return
            opening, closing = following.end() - 1, last
        if match["box"] == "substack":
            for row in ROW.finditer(text, opening, closing):
                self.replace(row.span(), ",")
        elif not self._is_bare(match) and not self._relates(opening, closing):
            self._blank_label(match["box"], closing)
            return
        self.blank(opening, opening + 1)
        self.blank(closing, closing + 1)
        self._blank_label(match["box"], closing)

    def _relates(self, start: int, stop: int) -> bool:
        """Whether a relation stands between two places."""
        first = bisect_right(self.relations, start)
        return first < len(self.relations) and self.relations[first] < stop

    def _is_bare(self, match: re.Match[str]) -> bool:
        """Whether the braces of a command bind nothing; those of a subscript do."""
        before = self.original[max(0, match.start() - 3) : match.start()].rstrip()[-1:]
        return match["box"] in WITHOUT_GROUP and before not in {"_", "^"}

    def _blank_label(self, word: str, closing: int) -> None:
        """What is written below or above a brace."""
        script = SCRIPT.match(self.original, closing + 1)
        if script is None or BRACED_WITH_LABEL.get(word) != script.group().strip():
            return
        last = self.closing.get(script.end())
        if last is not None:
            self.blank(closing + 1, last + 1)


def match_braces(text: str) -> dict[int, int]:
    """The place of every opening brace that is closed, and of the one that closes it."""
    found: dict[int, int] = {}
    open_: list[int] = []
    place = 0
    while place < len(text):
        c = text[place]
        if c == "\\":
            place += 1
        elif c == "{":
            open_.append(place)
        elif c == "}" and open_:
            found[open_.pop()] = place
        place += 1
    return found
