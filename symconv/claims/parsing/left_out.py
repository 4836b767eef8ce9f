"""What a text says that it is not to be judged: from `% symconv: ignore` to `% symconv: check`.

The mark stands alone on its line, as a comment of LaTeX, HTML or code. A page may show formulas of
another network; what is left out is counted, never passed over in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .relation_signs import NoFormula

MARK = re.compile(
    r"^[ \t]*(?:%|<!--|\#|//)[ \t]*symconv:[ \t]*(?P<word>ignore|check)\b[^\n]*$", re.MULTILINE
)
SAID = "the text says that it is not to be judged"


def find_left_out(text: str) -> Iterator[NoFormula]:
    """The stretches that a text leaves out; the last one goes on to its end."""
    start: int | None = None
    for match in MARK.finditer(text):
        if match["word"] == "ignore" and start is None:
            start = match.start()
        elif match["word"] == "check" and start is not None:
            yield NoFormula(start, match.end(), SAID)
            start = None
    if start is not None:
        yield NoFormula(start, len(text), SAID)


def blank_left_out(text: str, stretches: Iterable[NoFormula]) -> str:
    """The text with spaces in place of what is left out; lines keep their numbers."""
    kept, place = [], 0
    for stretch in stretches:
        inside = text[stretch.start : stretch.stop]
        kept += [text[place : stretch.start], re.sub(r"[^\n]", " ", inside)]
        place = stretch.stop
    return "".join(kept) + text[place:]
