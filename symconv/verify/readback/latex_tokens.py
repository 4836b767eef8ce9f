r"""The LaTeX that this package writes, as tokens: spacing, sizes and marks are left out."""

from __future__ import annotations

import re

TOKEN = re.compile(
    r"\\operatorname\*\{arg\\,max\}|\\operatorname\{[A-Za-z]+\}|\\mathrm\{[A-Za-z0-9]+\}"
    r"|\\[A-Za-z]+|\\\\|\\,|\d+|[A-Za-z]|[-+=<,'(){}\[\]^_/]|\s+"
)
SILENT = re.compile(r"\\([bB]ig{1,2}[lr]|times|,)|\s+")
MARKS = {"\\derivationold", "\\derivationnew", "\\underline", "\\boldsymbol"}
WORD = re.compile(r"\\(?:operatorname|mathrm)\{([A-Za-z0-9]+)\}")


def tokens(text: str) -> list[str]:
    """The tokens of a formula; ValueError at a character that is never written."""
    found, at = list[str](), 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"not a formula of ours: {text[at : at + 20]!r}")
        token, at = match[0], match.end()
        if not SILENT.fullmatch(token):
            word = WORD.fullmatch(token)
            found.append(f"\\{word[1]}" if word else token)
    return without_marks(found)


def without_marks(found: list[str]) -> list[str]:
    """The tokens without commands that mark a part, and without the braces of such a part."""
    kept: list[str] = []
    braces: list[bool] = []
    for number, token in enumerate(found):
        mark = number > 0 and found[number - 1] in MARKS
        if token in {"{", "}"}:
            mark = braces.pop() if token == "}" else mark  # noqa: S105 - a brace
            if token == "{":  # noqa: S105
                braces.append(mark)
            kept += [] if mark else [token]
        elif token not in MARKS:
            kept.append(token)
    return kept
