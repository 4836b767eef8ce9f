r"""The correct formula in place of a wrong right side, in the letters that the claim has.

The left side stays as it was written. What a verdict calls correct has names of its own for the
indices, `dC/dw[m', n'] = ...`; these become those of the claim. The text is written as LaTeX,
with small Unicode digits, or plainly, whichever the claim is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from symconv.claims.model.verdict import Verdict
from symconv.render.formula.glyphs import GREEK, SUBSCRIPT, SUPERSCRIPT

SIGN = re.compile(r"(?<![<>=:!+\-*/])=(?!=)")
TAIL = re.compile(r"(?:\s|\\[,;!]|[.,;])*$")
MARKS = re.compile(r"\\(?:label|tag|nonumber|notag|text|intertext|qquad|\\)|[%&$`]|\n\s*\n")
"""What a right side may hold beside a formula: it is not written anew."""

LAST_INDICES = re.compile(
    r"(?:\^(?:\{[^{}]*\}|\w))?_(?:\{([^{}]*)\}|(\w))(?:\^(?:\{[^{}]*\}|\w))?$"
)
INDEX = re.compile(r"[A-Za-z]'*")
GENERAL = re.compile(r"[^=\[]*\[([^=\]]*)\]\s*=\s*(.*)", re.DOTALL)
BOUND = re.compile(r"(?:sum|max)_\{([^{}]*)\}")
LETTER = re.compile(r"(?<![A-Za-z])[A-Za-z](?![A-Za-z])")
NUMBER = re.compile(r"-?\d+(?:[./]\d+)?")
CORRECTED = {"claim", "architecture", "given value"}
"""Of a step of descent a verdict says what the gradient in it is, which is not its right side."""

SUFFIX = ", for targets that sum to 1"
BRACED = re.compile(r"([_^])\{(\w)\}")
COST = re.compile(r"∂([A-Za-z]+)/∂")

TOKEN = re.compile(
    r"(?P<delta>delta(?:_(?P<of>[A-Za-z]+\d*(?:\^\d+)?))?(?P<open>\[)?)"
    r"|(?P<total>(?:sum|max)_\{[^{}]*\})"
    r"|(?P<call>(?:exp|log|tanh|sin|cos|sqrt|step|max|min)\()"
    r"|(?P<entry>[A-Za-z]+\d*(?:\^\d+)?)\["
    r"|(?P<word>[A-Za-z]+\d*'*)"
    r"|(?P<scripts>[_^](?:\{[^{}]*\}|\w))"
    r"|(?P<other>[\s\S])"
)
PAIRS = {"[": "]", "(": ")"}
LETTERS = "mnpqrsuvabcdefghijkl"
"""Names for indices of sums, in the order in which they are tried where a claim has the others."""


def is_in_math(before: str) -> bool:
    """Whether what stands before a statement leaves a formula between dollar signs open."""
    paragraph = before[before.rfind("\n\n") + 1 :].replace("\\$", "")
    displays = paragraph.count("$$")
    return displays % 2 == 1 or (paragraph.count("$") - 2 * displays) % 2 == 1


@dataclass(frozen=True)
class Correction:
    """A text for a part of a statement, from a character to the one behind the last."""

    span: tuple[int, int]
    text: str


def propose_corrections(said: str, verdict: Verdict, *, latex: bool) -> list[Correction]:
    """The right side that a statement should have, in one or two spellings; none is judged here.

    `latex` says that the text around it is LaTeX.
    """
    span, formula = find_right_side(said), find_formula(verdict)
    if span is None or formula is None or verdict.kind not in CORRECTED:
        return []
    spelled = replace(formula, latex=latex or "\\" in said)
    if spelled.latex:
        deltas = (True, False) if "delta" in said else (False,)
        texts = [replace(spelled, deltas=d).write() for d in deltas]
    elif any(ord(c) in map(ord, "₀₁₂₃₄₅₆₇₈₉²³¹⁰⁴") for c in said):
        texts = [use_small_digits(spelled.write()), spelled.write()]
    else:
        texts = [spelled.write()]
    return [Correction(span, text) for text in dict.fromkeys(texts)]


def find_right_side(said: str) -> tuple[int, int] | None:
    """What stands behind the first relation sign, without the stop at the end of a sentence."""
    for match in SIGN.finditer(said):
        before = said[: match.start()]
        if before.count("{") != before.count("}") or not before.strip():
            continue
        start = match.end()
        start += len(said[start:]) - len(said[start:].lstrip())
        tail = TAIL.search(said, start)
        stop = tail.start() if tail else len(said)
        return (start, stop) if stop > start and not MARKS.search(said, start, stop) else None
    return None


@dataclass(frozen=True)
class PlainFormula:
    """A formula as a verdict has it, and how it is to be written: which names, which letters."""

    text: str
    cost: str = "C"
    renames: Mapping[str, str] | None = None
    latex: bool = False
    deltas: bool = False

    def write(self) -> str:
        """The formula with the names of the claim."""
        said = "".join(self.pieces(self.text, index=False)).strip()
        return BRACED.sub(r"\1\2", said) if self.latex else said

    def pieces(self, text: str, *, index: bool) -> Iterator[str]:
        """One token after another; names are those of indices inside of brackets."""
        place = 0
        while place < len(text) and (match := TOKEN.match(text, place)):
            place = match.end()
            inner = ""
            if match["open"] or match["entry"] or match["call"]:
                inner, place = take_inside(text, place)
            yield self.write_token(match, inner, index=index)

    def write_token(self, match: re.Match[str], inner: str, *, index: bool) -> str:
        if match["delta"]:
            return self.write_delta(match, inner)
        if match["total"]:
            sign, names = match["total"][:3], match["total"][5:-1]
            inside = "".join(self.pieces(names, index=True))
            return f"{chr(92) if self.latex else ''}{sign}_{{{inside}}}"
        if match["call"]:
            return self.write_call(match["call"][:-1], "".join(self.pieces(inner, index=index)))
        if match["entry"]:
            return self.write_entry(match["entry"], inner)
        if match["word"]:
            return self.rename(match["word"]) if index else self.letter(match["word"])
        return match["scripts"] or match["other"]

    def write_delta(self, match: re.Match[str], inner: str) -> str:
        """The error signal of a value, by its letter or as the derivative that it is."""
        inside = "".join(self.pieces(inner, index=True)) if match["open"] else ""
        of = match["of"] or ""
        if not self.latex:
            return match["delta"] + (inside + "]" if match["open"] else "")
        below = f"_{{{inside}}}" if inside else ""
        if self.deltas or not of:
            return f"\\delta{below}"
        return f"\\frac{{\\partial {self.cost}}}{{\\partial {self.letter(of)}{below}}}"

    def write_entry(self, name: str, inner: str) -> str:
        inside = "".join(self.pieces(inner, index=True))
        return f"{self.letter(name)}_{{{inside}}}" if self.latex else f"{name}[{inside}]"

    def write_call(self, name: str, inside: str) -> str:
        if not self.latex:
            return f"{name}({inside})"
        if name == "step":
            return f"[{inside} > 0]"
        return f"\\sqrt{{{inside}}}" if name == "sqrt" else f"\\{name}({inside})"

    def letter(self, name: str) -> str:
        """A name; a Greek letter as LaTeX has it."""
        base, sign, layer = name.partition("^")
        shown = f"\\{base}" if self.latex and base in GREEK else base
        return shown + sign + layer

    def rename(self, name: str) -> str:
        """An index by the name that the claim has for it."""
        return (self.renames or {}).get(name, name)


def find_formula(verdict: Verdict) -> PlainFormula | None:
    """The formula for what a claim has on its left, its indices named as there."""
    parts = [p.removesuffix(SUFFIX) for p in verdict.truth.split("; ")]
    left, _, _ = verdict.reading.partition(" = ")
    cost = COST.match(left)
    letter = cost[1] if cost else "C"
    if NUMBER.fullmatch(verdict.truth):
        return PlainFormula(verdict.truth, letter)
    indices = LAST_INDICES.search(left)
    names = [n.strip() for n in (indices[1] or indices[2]).split(",")] if indices else []
    for part in parts:
        general = GENERAL.fullmatch(part)
        if general is None:
            if any(n for n in names if not n.isdigit()) or " = " not in part:
                continue
            return PlainFormula(part.partition(" = ")[2], letter)
        own = [n.strip() for n in general[1].split(",")]
        if len(own) == len(names) and all(map(INDEX.fullmatch, (*own, *names))):
            return PlainFormula(general[2], letter, name_indices(general[2], own, names))
    return None


def name_indices(formula: str, own: list[str], names: list[str]) -> dict[str, str]:
    """The names of a claim for those of a formula; sums over one of them get another index."""
    renames = dict(zip(own, names, strict=True))
    bound = [n.strip() for found in BOUND.findall(formula) for n in found.split(",")]
    taken = {*names, *bound, *LETTER.findall(formula)} - {n.rstrip("'") for n in own}
    for name in dict.fromkeys(bound):
        if name in names and name not in renames:
            fresh = next((x for x in LETTERS if x not in taken and x not in names), f"{name}'")
            taken.add(fresh)
            renames[name] = fresh
    return renames


def take_inside(text: str, start: int) -> tuple[str, int]:
    """What stands in the bracket that opens before a place, and the place behind it."""
    closing, depth = [PAIRS[text[start - 1]]], start
    while depth < len(text):
        character = text[depth]
        if character == closing[-1]:
            closing.pop()
            if not closing:
                return text[start:depth], depth + 1
        elif character in PAIRS:
            closing.append(PAIRS[character])
        depth += 1
    return text[start:], len(text)


def use_small_digits(text: str) -> str:
    """`w_3^1` as w₃¹, where numbers stand alone above and below."""
    text = re.sub(r"_(\d+)(?!\w)", lambda m: m[1].translate(SUBSCRIPT), text)
    return re.sub(r"(?<=[\w₀-₉])\^(\d+)(?!\w)", lambda m: m[1].translate(SUPERSCRIPT), text)
