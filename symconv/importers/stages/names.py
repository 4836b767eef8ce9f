"""Names for what a model brings: its own where they fit, else the usual letters."""

from __future__ import annotations

import re
from collections.abc import Container
from itertools import count

from symconv.core.errors import SymconvError
from symconv.language.parser import FUNCTIONS, REDUCTIONS
from symconv.network.names import check_name

INDICES = ("n", "c", "i", "j", "l", "o", "r", "d", "e", "f", "g", "m", "q")
"""The index letters of equations; no tensor of an imported network has one of them as its name."""

RESERVED = frozenset(
    {*INDICES, *FUNCTIONS, *REDUCTIONS, "of", "for", "input", "constant", "batch", "channels"}
    | {"w", "b", "z", "h", "a", "p", "y", "v", "u", "C", "k", "K", "gamma", "beta", "mu", "nu"}
    | {"N", "delta"}
)
"""What an input of a model may not be called, as it means something else in the text."""

LONGEST = 12
"""How much of a name is kept, so that a number still fits behind it."""


def find_free_name(wanted: str, taken: Container[str]) -> str:
    """The name without what no name may have, and with a number where it is taken."""
    letters = re.sub(r"[^A-Za-z0-9]", "", wanted)[:LONGEST].lstrip("0123456789") or "x"
    choices = (letters if n == 1 else f"{letters}{n}" for n in count(1))
    return next(c for c in choices if c not in taken and _is_name(c))


def _is_name(word: str) -> bool:
    try:
        check_name(word)
    except SymconvError:
        return False
    return True
