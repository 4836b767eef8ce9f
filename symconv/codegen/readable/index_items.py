"""What stands inside the brackets of an index."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr

from symconv.codegen.python.text import is_simple
from symconv.lower.ir import WHOLE, IntegerIndex, Item, NewAxis, StridedSlice

Size = Callable[[Expr], str]


def index_items(shown: tuple[Item, ...], size: Size) -> list[str]:
    """The parts of an index; whole axes at the end are left out, several at the start are `...`."""
    parts = list(shown)
    while parts[-1] == WHOLE:
        parts.pop()
    first = next(k for k, item in enumerate(parts) if item != WHOLE)
    texts = [_item(item, size) for item in parts]
    # `...` stands for all whole axes in front, and then nothing behind may have been left out.
    if first > 2 and len(parts) == len(shown) and WHOLE not in parts[first:]:
        return ["...", *texts[first:]]
    return texts


def _item(item: Item, size: Size) -> str:
    match item:
        case NewAxis():
            return "None"
        case IntegerIndex(place):
            return size(place)
        case StridedSlice(start, stop, step):
            return _slice(*("" if e is None else size(e) for e in (start, stop, step)))


def _slice(start: str, stop: str, step: str) -> str:
    """`start:stop:step`, with blanks as the formatter sets them."""
    blank = "" if all(is_simple(t) for t in (start, stop, step) if t) else " "
    left = f"{start}{blank if start else ''}:{blank if stop else ''}{stop}"
    return f"{left}{blank if stop else ''}:{blank}{step}" if step else left
