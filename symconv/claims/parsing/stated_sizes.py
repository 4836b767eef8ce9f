"""Sizes and corners that a sentence states: `an output of size (H - k + 1) x (W - k + 1)`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .relation_signs import LineTable

SIDE = r"\([^()\n]{1,40}\)|(?<![\w.,])\d{1,4}(?!\d|\.\d)"
PAIR = re.compile(
    rf"(?P<a>{SIDE})[ ]*(?:x|×|\\times|by(?=[ ]))[ ]*(?P<b>\([^()\n]{{1,40}}\)|\d{{1,4}}\b)"
)
NOUN = re.compile(
    r"\b(?:inputs?(?:\s+(?:image|feature\s+map|volume))?|images?|kernels?|filters?|windows?|strides?"
    r"|pool\w*|matri\w+|(?:output\s+)?feature\s+maps?|outputs?)\b",
    re.IGNORECASE,
)
OUTPUT = re.compile(r"(?:output\s+)?feature\s+maps?|outputs?", re.IGNORECASE)
SIZE = re.compile(r"\b(?:dimensions?|sizes?|shapes?)\b", re.IGNORECASE)
CORNER = re.compile(
    r"\b(?P<which>top|upper|bottom|lower)[ -](?:left|right)\b[^.()]{0,60}"
    r"\((?P<a>[^(),\n]{1,40}),(?P<b>[^(),\n]{1,40})\)",
    re.IGNORECASE,
)
AFFECTED = re.compile(r"\boutputs?\b[^.]{0,80}\baffected\b", re.IGNORECASE)
NEAR, NEARER = 130, 80
"""How far before a size the word for it may stand, and how far after it the word `size`."""

SIZES, TOP, BOTTOM = "size", "top", "bottom"


@dataclass(frozen=True)
class StatedSize:
    """Two extents of an output, or a corner of the outputs that one input entry affects."""

    line: int
    column: int
    start: int
    stop: int
    what: str
    text: str
    extents: tuple[str, str]


def find_stated_sizes(text: str) -> Iterator[StatedSize]:
    """The sizes of outputs that the sentences of a text state, and the corners of regions."""
    table = LineTable(text)
    plain = text.replace("$", " ").replace("\u00a0", " ")
    for match in PAIR.finditer(plain):
        begin = _find_subject(plain, match.start())
        if begin is not None:
            said = " ".join(plain[begin : match.end()].split())
            extents = match["a"].strip("() "), match["b"].strip("() ")
            place = table.locate(match.start())
            yield StatedSize(*place, match.start(), match.end(), SIZES, said, extents)
    for match in CORNER.finditer(plain):
        if AFFECTED.search(plain, max(0, match.start() - 3 * NEAR), match.start()):
            which = TOP if match["which"].lower() in {"top", "upper"} else BOTTOM
            said = " ".join(match.group().split())
            place = table.locate(match.start())
            extents = match["a"].strip(), match["b"].strip()
            yield StatedSize(*place, match.start(), match.end(), which, said, extents)


def _find_subject(text: str, place: int) -> int | None:
    """Where the words start that say that a pair is the size of an output."""
    before = text[max(0, place - NEAR) : place]
    nouns = list(NOUN.finditer(before))
    if not nouns or not OUTPUT.fullmatch(nouns[-1].group()):
        return None
    if not SIZE.search(before, nouns[-1].end(), nouns[-1].end() + NEARER):
        return None
    return max(0, place - NEAR) + nouns[-1].start()
