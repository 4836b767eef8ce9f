"""A place in a list of tokens."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Cursor:
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
