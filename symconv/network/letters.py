"""A text as people write it, in the letters of network texts: Greek letters by their names."""

from __future__ import annotations

import re
import unicodedata

GREEK = {
    letter: unicodedata.name(letter).split()[-1].lower().replace("lamda", "lam")
    for letter in "αβγδεζηθικλμνξοπρστυφχψω"
}
"""Small Greek letters; lambda is a word of Python, and lam stands for it."""

CAPITAL = {letter.upper(): name.capitalize() for letter, name in GREEK.items()}
SIGNS = {
    "−": "-",
    "·": "*",
    "⋅": "*",
    "×": "*",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "→": "->",
    "∑": "sum",
    "∏": "prod",
    "√": "sqrt",
    "²": "^2",
    "³": "^3",
    "ϵ": "epsilon",
    "ϕ": "phi",
}
LETTERS = {**GREEK, **CAPITAL, "ς": "sigma", "ϵ": "epsilon", "ϕ": "phi", "ϑ": "theta"}
SIZED = re.compile(r"(?<=[0-9A-Za-z])×(?=[0-9A-Za-z])")
COMMENT = re.compile(r"#[^\n]*")


def write_plainly(text: str) -> str:
    """The text without comments, on one line, with names and signs for what has no key.

    A Greek letter beside another letter is a name of its own, as in `βx`; behind one it is a digit
    that makes a longer name, as in `β1`.
    """
    plain = unicodedata.normalize("NFC", COMMENT.sub("", text))
    plain = " ".join(line.strip() for line in plain.splitlines())
    plain = SIZED.sub("x", plain)
    parts = []
    for n, letter in enumerate(plain):
        name = LETTERS.get(letter)
        if name is None:
            parts.append(SIGNS.get(letter, letter))
            continue
        before, after = plain[n - 1 : n], plain[n + 1 : n + 2]
        parts.append(" " * (before.isalnum()) + name + " " * (after.isalpha()))
    return "".join(parts)
