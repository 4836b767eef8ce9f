"""Lines that belong to one statement: a formula over several lines, a call whose brackets go on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .clauses import ALWAYS, BREAK, SPOKEN
from .markup import measure_lead
from .relation_signs import PROMPT, SIGN

WORD = re.compile(r"(?<![A-Za-z])[A-Za-z]{4,}")
NO_STATEMENT = re.compile(r"\s*(return |import |from |for |while |print\()")
OPEN_END = re.compile(r"(?:[=+\-*/·×⊙(\[,]|\\cdot|\\times|\\odot|\*\*)\s*$")
SIGN_FIRST = re.compile(r"[=+\-*/·×⊙](?![=>\-])")
COMMENT = re.compile(r"(?:(?<=\s)|^)#(?=\s).*$|//.*$")
CODE_COMMENT = re.compile(r"#.*$")
QUOTE = re.compile(r"[ \t]*>+[ \t]?")
MOST_WORDS = 1
"""How many unknown words of four letters or more a formula may have.

One may be a name, two are a sentence.
"""

LONGEST, LONGEST_CODE = 2_000, 20_000
"""The longest formula over several lines, and the longest statement of code, in characters."""


def join_lines(text: str, fenced: frozenset[int]) -> Iterator[tuple[int, str, bool]]:
    """The lines with a sign, joined where a statement goes on: place, text, whether it is code.

    A formula goes on where its line ends with an operator or an open bracket, where the next line
    starts with `=`, and where the next line is indented further and starts with a sign. Marks
    before a line are left out and comments stand for themselves.
    """
    lines = text.split("\n")
    places = [0]
    for line in lines:
        places.append(places[-1] + len(line) + 1)
    plain: list[str] = []
    for number, line in enumerate(lines):
        kept, comment = _part_comment(line, code=number in fenced)
        plain.append(kept)
        if comment:
            yield places[number] + len(line) - len(comment), comment, False
    n = 0
    while n < len(lines):
        code, stop = n in fenced, n + 1
        lead = _measure_start(plain[n], code=code)
        first = plain[n][lead:]
        if first.strip():
            while (
                stop < len(lines)
                and (stop in fenced) == code
                and (_continues(plain[n:stop], plain[stop], code=code))
            ):
                stop += 1
            rest = [x if code else _blank_quote(x) for x in plain[n + 1 : stop]]
            block = "\n".join([first, *rest])
            # A longer one is no claim that anybody typed, and its signs are reported one by one.
            if len(block) <= LONGEST_CODE and SIGN.search(block):
                yield places[n] + lead, block, code
        n = stop


def _part_comment(line: str, *, code: bool) -> tuple[str, str]:
    """A line with spaces for its comment, and the comment."""
    match = (CODE_COMMENT if code else COMMENT).search(line)
    if match is None or (not code and not line[: match.start()].strip()):
        return line, ""
    return line[: match.start()] + " " * len(match.group()), match.group()


def _measure_start(line: str, *, code: bool) -> int:
    """How long the marks before a statement are."""
    prompt = PROMPT.match(line)
    if prompt or code:
        return prompt.end() if prompt else _indent(line)
    return max(measure_lead(line), _indent(line))


def _blank_quote(line: str) -> str:
    match = QUOTE.match(line)
    return " " * match.end() + line[match.end() :] if match else line


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _continues(before: Sequence[str], following: str, *, code: bool) -> bool:
    """Whether a line continues the lines before it."""
    joined = "".join(before)
    if not following.strip() or len(joined) > (LONGEST_CODE if code else LONGEST):
        return False
    open_ = any(joined.count(a) > joined.count(b) for a, b in ("()", "[]", "{}"))
    if code:
        return open_
    if not (is_formula(joined) and is_formula(following)):
        return False
    if open_ or OPEN_END.search(joined):
        return SIGN.search(joined) is not None or SIGN_FIRST.match(following.lstrip()) is not None
    start = following.lstrip()
    further = _indent(following) > _indent(before[0])
    signed = SIGN_FIRST.match(start) is not None
    return (signed and (further or start[0] == "=")) or (further and _is_only_terms(start))


def _is_only_terms(line: str) -> bool:
    """A line of factors or terms without a relation or a word."""
    return "=" not in line and not _unknown_words(line) and any(c in line for c in "_^()*")


def is_formula(line: str) -> bool:
    """A line that is a formula rather than a sentence."""
    if BREAK in line.strip(BREAK) or NO_STATEMENT.match(line) or len(line) >= LONGEST:
        return False
    return len(_unknown_words(line)) <= MOST_WORDS


def _unknown_words(line: str) -> list[str]:
    return [w for w in WORD.findall(line) if w not in SPOKEN and w not in ALWAYS]
