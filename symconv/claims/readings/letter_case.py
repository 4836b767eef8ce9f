"""`Z` for a tensor that the network calls z, and `z` for one that it calls Z."""

from __future__ import annotations

from collections.abc import Collection


def find_other_case(name: str, known: Collection[str]) -> str:
    """The known name that differs in capital letters alone; nothing where there is none."""
    swapped = name[:1].swapcase() + name[1:]
    return swapped if swapped in known else ""
