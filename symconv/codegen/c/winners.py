"""The mask of a small window, written out: which entry wins is found without a branch.

Which one it is is as good as random, and a branch that is guessed wrong costs twenty cycles.
"""

from __future__ import annotations

from itertools import combinations, product

from sympy import Integer
from sympy.tensor.indexed import Indexed

from symconv.core.equation import Equation
from symconv.core.nodes import OneHot

from .blocks import BlockWriter
from .scalars import write_entry

MOST_ENTRIES = 9
"""The largest window that is written out: one of 3 x 3 entries, of which 36 pairs are compared."""


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
    # Of two entries the later one wins where it is larger, or NaN and the other one is not.
    beats = {}
    for (k, one), (n, other) in combinations(enumerate(entries), 2):
        test = f"!({other} <= {one}) & ({one} == {one})"
        beats[k, n] = writer.name_value("beats", test, "const int").text
    for number, place in enumerate(places):
        at = dict(zip(right.position, map(Integer, place), strict=True))
        target, _ = write_entry(e.lhs.xreplace(at), writer)
        wins = [beats[k, number] for k in range(number)]
        wins += [f"!{beats[number, n]}" for n in range(number + 1, len(entries))]
        writer.line(f"{target} = (unsigned char)({' & '.join(wins) or '1'});")
    return True
