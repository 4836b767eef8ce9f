"""How deep a JSON text is nested, counted before it is read.

Python's reader calls itself for every bracket. On a desk a RecursionError ends that; in a browser,
whose stack is smaller, the thread may end with it.
"""

from __future__ import annotations

import re

MOST_BRACKETS = 100
"""How deep a text may be nested: values need nine, and the smallest stack holds a thousand."""

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|(?P<open>[\[{])|(?P<close>[\]}])', re.DOTALL)
"""Brackets, and strings, whose brackets do not count."""


def refuse_deep_json(text: str) -> None:
    """Raise a ValueError where brackets are nested deeper than they may be."""
    depth = 0
    for token in TOKEN.finditer(text):
        depth += (token.lastgroup == "open") - (token.lastgroup == "close")
        if depth > MOST_BRACKETS:
            raise ValueError("nested too deeply")
