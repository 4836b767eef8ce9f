"""The mask of a small window, written out: which entry wins is found without a branch.

Which one it is is as good as random, and a branch that is guessed wrong costs twenty cycles.
"""

from __future__ import annotations

from itertools import product

from sympy import Integer
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation
from symconv.core.nodes import OneHot

from .blocks import BlockWriter
from .scalars import write_entry

MOST_ENTRIES = 16
"""The largest window that is written out: one of 4 x 4 entries, each of which takes three lines."""


def write_small_window(e: Equation, right: OneHot, writer: BlockWriter) -> bool:
    """Every entry of the mask of one window; False, and nothing, where an entry may be absent.

    The first of the largest entries wins: NaN is larger than all, and nothing is larger than NaN.
    """
    maximum = right.maximum
    ranges = [range(int(high) + 1) for _, _, high in maximum.limits]
    places = list(product(*ranges))
    if len(places) > MOST_ENTRIES or not isinstance(maximum.function, Indexed):
        return False
    window = maximum.variables
    texts = []
    for place in places:
        numbers = dict(zip(window, map(Integer, place), strict=True))
        text, conditions = write_entry(maximum.function.xreplace(numbers), writer)
        if conditions:
            return False
        texts.append(text)
    entries = [writer.name_value("entry", text).text for text in texts]
    top = writer.name_value("largest", entries[0], "real").text
    best = writer.name_value("best", "0", "int").text
    for number, entry in enumerate(entries[1:], start=1):
        test = f"!({entry} <= {top}) & ({top} == {top})"
        won = writer.name_value("won", test, "const int").text
        writer.line(f"{best} = {won} ? {number} : {best};")
        writer.line(f"{top} = {won} ? {entry} : {top};")
    for number, place in enumerate(places):
        at = dict(zip(right.position, map(Integer, place), strict=True))
        target, _ = write_entry(e.lhs.xreplace(at), writer)
        writer.line(f"{target} = {best} == {number};")
    return True
