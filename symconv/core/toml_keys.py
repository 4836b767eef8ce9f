"""Dotted keys of a TOML file, counted before it is read.

`a.b.c = 1` is three tables deep. Python's reader takes time and memory with the square of the
number of dots: a key of 100,000 would take 40 GB. No name of a tensor has one.
"""

from __future__ import annotations

import re

MOST_DOTS = 8
"""How many dots a key may have; those of values have none."""

TOKEN = re.compile(
    r"""
    (?P<skip> \#[^\n]*+
      | \"{3} (?: [^"\\] | \\. | "(?!"") )*+ (?:\"{3})?
      | '{3} (?: [^'] | '(?!'') )*+ (?:'{3})? )
  | (?P<part> [A-Za-z0-9_-]++ | " (?: [^"\\\n] | \\. )*+ "? | '[^'\n]*+'? )
  | (?P<dot> \. )
  | (?P<space> [ \t]++ )
  | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
"""Every token is taken once and never given back, so that reading takes time with the length."""


def refuse_long_keys(text: str) -> None:
    """Raise a ValueError where a key has more dots than a key may have."""
    dots = 0
    for token in TOKEN.finditer(text):
        if token.lastgroup == "dot":
            dots += 1
            if dots > MOST_DOTS:
                raise ValueError(f"a key has more than {MOST_DOTS} dots")
        elif token.lastgroup in {"skip", "other"}:
            dots = 0
