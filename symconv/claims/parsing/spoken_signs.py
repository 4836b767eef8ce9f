"""Signs that are spoken: times, plus, minus, multiplied by, divided by, over, less.

They stand between two operands with spaces beside them. A formula goes on behind one: what comes
before it is no formula of its own. `over` and `less` are common words of prose: they are signs
before a number, a letter or a bracket alone, and behind a sum `over n` says its range.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .relation_signs import SIGN

SPOKEN_SIGNS = {
    "times": "*", "plus": "+", "minus": "-", "multiplied": "*", "divided": "/", "over": "/",
    "less": "-",
}  # fmt: skip
QUOTIENTS = {"multiplied", "divided", "over"}
COMMON = {"over", "less"}
OPERAND = re.compile(r"[0-9]+(\.[0-9]+)?|[B-Zb-z]|[(\[{]|\\[A-Za-z]*")
NEXT = re.compile(r"\s+(?P<first>\\?[A-Za-z]+|[0-9.]+|\S)(?P<rest>[^.;:,\n]*)")
WORD = re.compile(r"(?<![\\_^{A-Za-z])[A-Za-z]{2,}")
SUMS = re.compile(r"sum|Σ|∑|mean|average", re.IGNORECASE)
WITH_BY = {"multiplied", "divided"}
SPOKEN = re.compile(
    r"(?<=[\w)\]}])\s+(?P<sign>times|plus|minus|over|less|(?:multiplied|divided)\s+by)(?=\s+[\w([{\\\-−])"
)
ENDS_OPERAND = re.compile(r"[\w)\]}’']$")


def is_spoken_sign(word: str, earlier: str, following: str, before: str) -> bool:
    """Whether a word is a sign, by the pieces beside it that are no spaces and all before it."""
    if word not in SPOKEN_SIGNS or ENDS_OPERAND.search(earlier) is None:
        return False
    if word in COMMON:
        return _is_operand(following) and not _says_range(word, following, before)
    return word not in WITH_BY or following == "by"


def find_spoken_signs(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Where such words stand and the sign of each.

    What is multiplied or divided behind a sum is not said: (a - b) / 2, or a - b / 2; then it is no
    sign. Neither is `over` where something is summed, nor a common word with prose behind it.
    """
    for match in SPOKEN.finditer(text):
        word, before = match["sign"].split()[0], text[: match.start()]
        if word in COMMON and not _stands_in_formula(text, match.end()):
            continue
        summed = SUMS.search(before) if word == "over" else None
        if summed is None and not (word in QUOTIENTS and _follows_a_sum(before)):
            yield match.span("sign"), SPOKEN_SIGNS[word]


def _stands_in_formula(text: str, stop: int) -> bool:
    """Whether an operand stands behind a common word, and no word of prose behind that."""
    found = NEXT.match(text, stop)
    return bool(found and _is_operand(found["first"]) and not WORD.search(found["rest"]))


def _is_operand(following: str) -> bool:
    return OPERAND.fullmatch(following) is not None


def _says_range(word: str, following: str, before: str) -> bool:
    """Whether a word says what a sum runs over: an index; a number or a size may divide it."""
    return word == "over" and following.islower() and SUMS.search(before) is not None


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
