"""Helper functions of the readable module that a planned one calls."""

from __future__ import annotations

import ast
import re

OWN = {"forward", "backward", "check_shape", "sigmoid"}
"""The functions of a readable module that a planned one does not borrow."""


def borrowed(readable: str, body: str) -> list[str]:
    """The helper functions of the readable module that the body calls."""
    functions = [n for n in ast.parse(readable).body if isinstance(n, ast.FunctionDef)]
    helpers = [f for f in functions if f.name not in OWN]
    called = [f for f in helpers if re.search(rf"\b{f.name}\(", body)]
    return [ast.get_source_segment(readable, f) or "" for f in called]
