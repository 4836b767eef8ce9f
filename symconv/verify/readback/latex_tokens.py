r"""The LaTeX that this package writes, as tokens: spacing, sizes and marks are left out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"\\operatorname\*\{arg\\,max\}|\\operatorname\{[A-Za-z]+\}|\\mathrm\{[A-Za-z0-9]+\}"
    r"|\\[A-Za-z]+|\\\\|\\,|\d+|[A-Za-z]|[-+=<,'(){}\[\]^_/]|\s+"
)
SILENT = re.compile(r"\\([bB]ig{1,2}[lr]|times|,)|\s+")
MARKS = {"\\derivationold", "\\derivationnew", "\\underline", "\\boldsymbol"}
WORD = re.compile(r"\\(?:operatorname|mathrm)\{([A-Za-z0-9]+)\}")


def tokenize_emitted(text: str) -> list[str]:
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
    return drop_marks(found)


def drop_marks(found: list[str]) -> list[str]:
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


@dataclass
class TokenCursor:
    """Reads tokens one after another; ValueError where another one was expected."""

    rest: list[str] = field(default_factory=list)
    at: int = 0

    def peek(self) -> str:
        return self.rest[self.at] if self.at < len(self.rest) else ""

    def take(self, *wanted: str) -> str:
        token = self.peek()
        if wanted and token not in wanted:
            raise ValueError(f"{wanted} expected, {token!r} found at {self.at} of {self.rest}")
        self.at += 1
        return token

    def has(self, token: str) -> bool:
        """Take the token if it comes next."""
        if self.peek() != token:
            return False
        self.at += 1
        return True

    def skip(self) -> None:
        """Empty groups, which only shape the spacing."""
        while self.peek() == "{" and self.rest[self.at + 1 : self.at + 2] == ["}"]:
            self.at += 2

    def raw(self) -> list[str]:
        """The tokens of a group, or a single one."""
        if not self.has("{"):
            return [self.take()]
        start, depth = self.at, 1
        while depth:
            depth += {"{": 1, "}": -1}.get(self.take(), 0)
        return self.rest[start : self.at - 1]
