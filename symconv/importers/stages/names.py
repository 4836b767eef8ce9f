"""Names for what a model brings: its own where they fit, else the usual letters."""

from __future__ import annotations

import re
from collections.abc import Container
from itertools import chain, count

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

COUNTED = re.compile("(?:[wbzhapyvuCkK]|gamma|beta|mu|nu)[1-9][0-9]*")
"""What the second tensor of a letter is called in a module: b2 for b^2."""

MOST_NUMBERED = 10_000
"""As many names of one kind as a graph has operations are told apart by numbers."""

LONGEST = 12
"""How much of a name is kept, so that a number still fits behind it."""


def find_free_name(wanted: str, taken: Container[str]) -> str:
    """The name without what no name may have, and with something behind it where it is taken.

    `h0` for h, which is a letter of layers; never `h2`, which is the second of them in a module.
    """
    letters = re.sub(r"[^A-Za-z0-9]", "", wanted)[:LONGEST].lstrip("0123456789") or "x"
    numbers = (str(n) for n in range(2, MOST_NUMBERED))
    more = chain(("",), numbers, ("0", "in"), (f"in{n}" for n in count(2)))
    choices = (letters + end for end in more)
    return next(c for c in choices if c not in taken and _is_name(c) and not COUNTED.fullmatch(c))


def _is_name(word: str) -> bool:
    try:
        check_name(word)
    except SymconvError:
        return False
    return True
