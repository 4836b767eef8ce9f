r"""What a text says its sums run over: "sums run over $`0 \le i < H`$, $`0 \le j < W`$"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from symconv.claims.model.errors import ClaimError
from symconv.claims.model.syntax_tree import SumRange

if TYPE_CHECKING:
    from .symbol_table import SymbolTable

SAID = re.compile(r"\bsums?\b[^\n$]{0,60}\bover\b(?P<rest>[^\n]{0,2000})", re.IGNORECASE)
FORMULA = re.compile(r"\$`?([^$`\n]{3,80})`?\$")


def find_stated_ranges(text: str) -> Iterator[tuple[int, str]]:
    """Every formula behind "sums ... over", with its line."""
    for match in SAID.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        for formula in FORMULA.finditer(match["rest"]):
            yield line, formula[1]


def read_stated_ranges(formula: str, table: SymbolTable) -> Mapping[str, SumRange]:
    """The limits of the indices that a formula states; none where it states something else."""
    from .parser import parse_range

    with suppress(ClaimError):
        return {x.name: x for x in parse_range(formula, table)}
    return {}
