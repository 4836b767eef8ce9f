"""The name of a module that somebody chose: a file, and what Python imports."""

from __future__ import annotations

import keyword
import re
import sys

from symconv.core.errors import SymconvError
from symconv.core.printable import quote_text

LONGEST_NAME = 50
"""The longest name in characters: that of a file in C, whose functions begin with it."""

NAME = re.compile(r"[A-Za-z](?:\w*[A-Za-z0-9])?", re.ASCII)

IMPORTED = frozenset({"numpy", "scipy", "torch", "jax", "pytest", "conftest", "symconv"})
"""What generated modules and their tests import: a file of that name would stand in its place."""

DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)
"""Names under which Windows keeps no file, whatever their ending and case."""


def check_module_name(name: str) -> str:
    """The name; SymconvError, in one line, where no module can or should be called so."""
    reason = _find_fault(name)
    if reason:
        raise SymconvError(
            f"{quote_text(name)} cannot name a module: {reason}",
            help="letters, digits and single underscores, as lenet or my_net",
        )
    return name


def _find_fault(name: str) -> str:
    """Why a name is refused; nothing where it is not."""
    if len(name) > LONGEST_NAME or not NAME.fullmatch(name):
        return f"it is up to {LONGEST_NAME} letters, digits and _, a letter first and no _ last"
    if keyword.iskeyword(name):
        return "it is a word of Python's own"
    if name in IMPORTED or name in sys.stdlib_module_names:
        return f"the file would be imported in place of {name} itself"
    if name.lower() in DEVICES:
        return "Windows has no file of that name"
    if name.startswith("test_"):
        return "pytest would take it for a file of tests"
    return ""
