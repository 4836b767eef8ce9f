"""The verdict of one check, and how two values are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
