"""The verdict of one check, and how two values are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from math import isclose
from typing import Any

from sympy import Symbol


@dataclass(frozen=True)
class Check:
    """What was checked, with which verdict.

    `detail` says what was compared, `points` counts the comparisons, `sizes` are the sizes that
    were tried, `bound` says what follows from it, and `error` is the first thing found wrong
    (empty where the check passed). `style` is that of the module, where one was checked. `open` is
    why nothing was compared; such a check has neither passed nor failed.
    """

    name: str
    passed: bool
    detail: str
    points: int = 0
    sizes: tuple[str, ...] = ()
    error: str = ""
    bound: str = ""
    style: str = ""
    open: str = ""

    @property
    def line(self) -> str:
        """The check in one line."""
        if self.open:
            return f"open    {self.name}: {self.open}"
        verdict = "ok    " if self.passed else "FAILED"
        different = len(set(self.sizes))
        tried = f" at {count_nouns(different, 'size')}" if different else ""
        rest = self.error or self.bound
        return f"{verdict}  {self.name}: {self.detail}{tried}{'; ' * bool(rest)}{rest}"


LEFT = "style='text-align: left'"
"""Notebooks put the cells of tables at the right."""


class CheckReport(tuple[Check, ...]):
    """What `verify` answers: every check, and as a whole how many passed."""

    __slots__ = ()

    @property
    def passed(self) -> bool:
        """Whether every check passed; one that is left open has not."""
        return all(check.passed for check in self)

    @property
    def summary(self) -> str:
        """How many checks passed, failed, and were left open."""
        passed, left = sum(c.passed for c in self), sum(bool(c.open) for c in self)
        undecided = f", {left} undecided" if left else ""
        return f"{passed} checks passed, {len(self) - passed - left} failed{undecided}"

    def __str__(self) -> str:
        return "\n".join([*(check.line for check in self), self.summary])

    def __repr__(self) -> str:
        return f"<CheckReport: {self.summary}>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr>{''.join(f'<td {LEFT}>{escape(cell)}</td>' for cell in cells)}</tr>"
            for cells in map(_split_line, self)
        )
        return f"<p>{escape(self.summary)}</p><table>{rows}</table>"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}


def _split_line(check: Check) -> tuple[str, str, str]:
    """The verdict, the name, and what was tried, of a check in its line."""
    verdict, said = check.line[:6].strip(), check.line[6:].strip()
    return verdict, check.name, said.removeprefix(f"{check.name}: ")


def format_sizes(sizes: Mapping[Symbol, Any]) -> str:
    """Sizes in words: `H=5 W=4`, in the order of their names."""
    named = sorted((str(s), n) for s, n in sizes.items())
    return " ".join(f"{s}={n}" for s, n in named) or "the sizes of the network"


def count_nouns(count: int, what: str) -> str:
    """A number with its noun: `1 trial`, `3 trials`."""
    return f"{count} {what}{'s' * (count != 1)}"


def values_agree(a: Any, b: Any) -> bool:
    """Whether two scalars agree: exactly, or to nine digits where one is a float."""
    if isinstance(a, float) or isinstance(b, float):
        return isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)
    return bool(a == b)
