"""The statements of a text: formulas of LaTeX, lines of code, and formulas in sentences.

Every relation sign of the text lies in one of them or in a stretch that a rule calls no formula.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from .clauses import BREAK, find_clauses
from .equations_apart import find_left_side, split_equations
from .formula_lines import join_lines
from .latex_layout import blank_boxes, find_marks
from .markup import (
    MaskedText,
    MathZone,
    find_code_spans,
    find_math,
    mask_fences,
    mask_prose,
)
from .relation_signs import (
    MARKED,
    RANGED,
    SIGN,
    LineTable,
    NoFormula,
    describe_condition,
    find_no_formulas,
    find_no_formulas_of_code,
    find_signs,
    part_less_from_minus,
)

CONDITION = (
    r"(?:if|when|whenever|unless|for)\s+(?:all\s+)?[\s$\\({]*[\w\\{}',^.]{1,30}?\s*"
    r"(?:[<>=≠≤≥]|\\(?:[gln]eq?|gt|lt)(?![a-z]))"
)
BEFORE = re.compile(rf"(?<![\w]){CONDITION}[^.;\n]*$", re.IGNORECASE)
AFTER = re.compile(rf"[\s$,*`)]*{CONDITION}", re.IGNORECASE)
BOUND = r"[\w\s+\-'{}^/]{1,40}"
BELOW = r"\s*(?:\\leq?(?![a-z])|\\lt(?![a-z])|<=|<|≤)\s*"
BOUNDS = re.compile(rf"(?:{BOUND}{BELOW})?[a-z](?:'|\^?\\prime|_\w)?{BELOW}{BOUND}")
"""The bounds of an index, `0 \\le i < n`: a condition on what stands beside them."""

NEAR = 200
"""How many characters before a statement may hold the condition that it stands under."""


GOES_ON = re.compile(r"(?:\s|&|\{\s*\})*(?==)")
MATH, CODE, CLAUSE, WORDS, REST = "math", "code", "clause", "words", "rest"


@dataclass(frozen=True)
class Excerpt:
    """A statement of a text: what is read of it, and where it stands.

    `text` may differ from the text between `start` and `stop` in marks that were taken out. `role`
    is math, code, clause (of a sentence), words (a side is a word that nothing knows) or rest (a
    sign that no rule covers). `condition` is what it stands under: `if z > 0`.
    """

    line: int
    column: int
    text: str
    start: int
    stop: int
    role: str
    condition: str = ""


@dataclass(frozen=True)
class SplitText:
    """The statements of a text, and what of it is no formula by a rule."""

    excerpts: tuple[Excerpt, ...]
    no_formulas: tuple[NoFormula, ...]
    fenced: frozenset[int]
    """The lines of code between fences, counted from 0."""


def find_statements(text: str) -> Iterator[Excerpt]:
    """Every statement of a text, in order."""
    yield from split_text(text).excerpts


def split_text(text: str, names: Collection[str] = ()) -> SplitText:
    """The statements of a text; `names` are words that are names in its formulas."""
    return TextSplitter(text, names).split()


class TextSplitter:
    """Takes one kind of statement after another out of a text."""

    def __init__(self, text: str, names: Collection[str]) -> None:
        self.given, self.text = text, part_less_from_minus(text)
        self.names = names
        self.table = LineTable(text)
        self.masked = MaskedText(self.text)
        self.found: list[Excerpt] = []
        self.ruled: list[NoFormula] = []

    def split(self) -> SplitText:
        """The statements, and what is no formula."""
        fenced, zones = mask_fences(self.masked)
        self.rule_out(find_no_formulas(self.text))
        self.take_math(fenced, zones)
        for number, line in enumerate(str(self.masked).split("\n")):
            start = self.table.starts[number]
            self.rule_out(find_no_formulas_of_code(line, start, code=number in fenced))
        self.take_code_spans(fenced)
        mask_prose(self.masked, fenced)
        for start, block, code in join_lines(str(self.masked), fenced):
            self.take_block(start, block, code=code)
        self.take_rest()
        placed = sorted(self.found, key=lambda e: e.start)
        ruled = tuple(sorted(self.ruled, key=lambda r: r.start))
        return SplitText(tuple(placed), ruled, fenced)

    def rule_out(self, stretches: Iterable[NoFormula]) -> None:
        """Take out what is no formula."""
        for stretch in stretches:
            self.ruled.append(stretch)
            self.masked.blank(stretch.start, stretch.stop, BREAK)

    def take_math(self, fenced: frozenset[int], zones: list[MathZone]) -> None:
        """The formulas of LaTeX; one without a sign stays, as it may be a side of one."""
        text = str(self.masked).split("\n")
        open_ = "\n".join(" " * len(x) if n in fenced else x for n, x in enumerate(text))
        open_zones = [
            z for z in find_math(open_) if not any(a.start <= z.start < a.stop for a in zones)
        ]
        left = ""
        for zone in sorted([*zones, *open_zones], key=lambda z: z.start):
            if why := describe_condition(zone.body, self.names):
                self.rule_out([NoFormula(zone.start, zone.stop, why)])
                continue
            self.rule_out_marks(zone)
            equations = list(split_equations(blank_boxes(zone.body)))
            for offset, equation in equations:
                self.add(zone.body_start + offset, equation, MATH)
                # A display that begins with its sign goes on from the one before it.
                goes_on = GOES_ON.match(equation)
                if zone.display and left and goes_on and self.found:
                    said = self.found[-1].text[goes_on.end() :]
                    self.found[-1] = replace(self.found[-1], text=f"{left} {said}")
                elif zone.display:
                    left = find_left_side(equation)
            inner = zone.body_start, zone.body_start + len(zone.body)
            if equations or "\n" in zone.body:
                self.masked.blank(zone.start, zone.stop, BREAK)
            else:
                self.masked.blank(zone.start, inner[0])
                self.masked.blank(inner[1], zone.stop)

    def rule_out_marks(self, zone: MathZone) -> None:
        """Tags and labels of a formula: a sign in a remark beside it is part of no formula."""
        for start, stop in find_marks(zone.body):
            span = zone.body_start + start, zone.body_start + stop
            self.ruled.append(NoFormula(*span, MARKED))

    def take_code_spans(self, fenced: frozenset[int]) -> None:
        """What stands between backticks; without a sign it may be a side, too."""
        for start, stop in find_code_spans(str(self.masked)):
            if self.table.locate(start)[0] - 1 in fenced:
                continue
            inner = self.masked.part(start, stop)
            self.rule_out(find_no_formulas_of_code(inner, start, code=True))
            inner = self.masked.part(start, stop)
            signed = SIGN.search(inner) is not None
            if signed:
                clauses = list(find_clauses(inner, self.names))
                whole = len(clauses) == 1
                self.take_block(start, inner, code=whole)
            self.masked.blank(start - 1, stop + 1, BREAK if signed else " ")
            if not signed:
                for place in range(start, stop):
                    self.masked.left[place] = inner[place - start]

    def take_block(self, start: int, block: str, *, code: bool) -> None:
        """The statements of joined lines."""
        if not code:
            for clause in find_clauses(block, self.names):
                role = (CLAUSE, WORDS, REST)[min(2, clause.bare)]
                self.add(start + clause.start, block[clause.start : clause.stop], role)
        elif SIGN.search(block):
            inner = block.strip(f" \t\n;{BREAK}")
            self.add(start + block.index(inner), inner, CODE)

    def take_rest(self) -> None:
        """The signs that stand in none of these, each with what is around it."""
        spans = [(e.start, e.stop) for e in self.found]
        spans += [(r.start, r.stop) for r in self.ruled]
        covered = [False] * (len(self.text) + 1)
        for start, stop in spans:
            covered[start:stop] = [True] * (stop - start)
        for sign in find_signs(self.text):
            if not covered[sign.start]:
                line_start = self.table.starts[sign.line - 1]
                line = self.text[max(line_start, sign.start - NEAR) : sign.start + NEAR]
                said = line.split("\n", maxsplit=1)[0].strip()
                self.found.append(
                    Excerpt(sign.line, sign.column, said, sign.start, sign.stop, REST)
                )

    def add(self, start: int, text: str, role: str) -> None:
        """A statement that starts at a place; bounds of an index state nothing."""
        stop = start + len(text)
        if BOUNDS.fullmatch(text):
            self.ruled.append(NoFormula(start, stop, RANGED))
            return
        as_given = zip(text, self.given[start:stop], strict=True)
        said = "".join("-" if g == "-" else c for c, g in as_given).replace(BREAK, " ").rstrip()
        condition = "" if role == CODE else self.condition(start, stop)
        self.found.append(Excerpt(*self.table.locate(start), said, start, stop, role, condition))

    def condition(self, start: int, stop: int) -> str:
        """What the sentence says that a statement holds under; empty where it says nothing."""
        before = BEFORE.search(self.text[max(0, start - NEAR) : start])
        after = AFTER.match(self.text, stop, stop + NEAR)
        found = after or before
        return "" if found is None else " ".join(found.group().strip(" $,*`)\n").split())
