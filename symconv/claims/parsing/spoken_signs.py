"""Signs that are spoken: times, plus, minus, multiplied by, divided by.

They stand between two operands with spaces beside them. A formula goes on behind one: what comes
before it is no formula of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .relation_signs import SIGN

SPOKEN_SIGNS = {"times": "*", "plus": "+", "minus": "-", "multiplied": "*", "divided": "/"}
WITH_BY = {"multiplied", "divided"}
SPOKEN = re.compile(
    r"(?<=[\w)\]}])\s+(?P<sign>times|plus|minus|(?:multiplied|divided)\s+by)(?=\s+[\w([{\\\-−])"
)
ENDS_OPERAND = re.compile(r"[\w)\]}’']$")


def is_spoken_sign(word: str, earlier: str, following: str) -> bool:
    """Whether a word is a sign, by the pieces beside it that are no spaces."""
    if word not in SPOKEN_SIGNS or ENDS_OPERAND.search(earlier) is None:
        return False
    return word not in WITH_BY or following == "by"


def find_spoken_signs(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Where such words stand and the sign of each.

    What is multiplied or divided behind a sum is not said: (a - b) / 2, or a - b / 2; then it is no
    sign.
    """
    for match in SPOKEN.finditer(text):
        word = match["sign"].split()[0]
        if word not in WITH_BY or not _follows_a_sum(text[: match.start()]):
            yield match.span("sign"), SPOKEN_SIGNS[word]


def _follows_a_sum(before: str) -> bool:
    """Whether a sum that no bracket holds together stands behind the last relation sign."""
    start = max((m.end() for m in SIGN.finditer(before)), default=0)
    depth, operand = 0, False
    for c in before[start:]:
        depth += (c in "([{") - (c in ")]}")
        if depth == 0 and operand and c in "+-−":
            return True
        operand = operand or not c.isspace()
    return any(word in before[start:].split() for word in ("plus", "minus"))
