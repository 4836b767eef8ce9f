"""Numbers worked out with rounded factors: `0.82*(1 - 0.82)` for v (1 - v) with v = 0.8176.

The method is right if each factor that is a decimal is the rounding of a number of the network, and
the formula with those numbers themselves gives the truth exactly. A factor that no number of the
network rounds to is what it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice, product

from symconv.claims.evaluation.assignment import Assignment
from symconv.claims.evaluation.decimals import HALF_UNIT, TRUNCATED, classify_printed
from symconv.claims.model.errors import NotChecked
from symconv.claims.model.substitution import replace_nodes
from symconv.claims.model.syntax_tree import Numeral, SyntaxNode

COARSEST = Fraction(1, 100)
"""The unit of the last digit up to which a decimal is taken for a rounded number.

One decimal is written for the numbers of exercises, 0.5, and so many numbers round to one that some
formula would fit by chance.
"""

MOST_FACTORS, MOST_CANDIDATES, MOST_CHOICES = 5, 5, 100
"""How many different decimals a formula may have, how many numbers of the network each of them may
stand for, and how many choices of those are tried: two numbers seldom round to the same decimal."""

ROUNDED = "the method is right; the decimals in it are rounded numbers of the network"


def find_unrounded(part: SyntaxNode, assignment: Assignment) -> Iterator[SyntaxNode]:
    """The formula with numbers of the network for its decimals, every choice of them."""
    decimals = list(dict.fromkeys(_find_decimals(part)))
    if not 0 < len(decimals) <= MOST_FACTORS:
        return
    numbers = list(dict.fromkeys(_numbers_of(assignment)))
    # People write 0.18 for 1 - v, and 0.15 for v (1 - v).
    shares = [x for x in numbers if 0 < x < 1]
    numbers += [y for x in shares for y in (1 - x, x * (1 - x))]
    choices = [[*islice(_rounded_to(n, numbers), MOST_CANDIDATES)] or [n.value] for n in decimals]
    for values in islice(product(*choices), MOST_CHOICES):
        exact = (Numeral(x, span=n.span) for n, x in zip(decimals, values, strict=True))
        yield replace_nodes(part, dict(zip(decimals, exact, strict=True)))


def _find_decimals(part: SyntaxNode) -> Iterator[Numeral]:
    for node in part.walk():
        if isinstance(node, Numeral) and node.unit is not None and node.unit <= COARSEST:
            yield node


def _numbers_of(assignment: Assignment) -> Iterator[Fraction]:
    """The numbers that a network has with some values, as far as these go."""
    for tensor in assignment.context.program.tensors:
        try:
            table = assignment.table(tensor.key)
            yield from (x for x in table.values() if isinstance(x, Fraction))
        except NotChecked:
            continue


def _rounded_to(decimal: Numeral, numbers: Sequence[Fraction]) -> Iterator[Fraction]:
    """The numbers that a decimal may stand for; a number that it is stays what it is."""
    if decimal.value in numbers:
        yield decimal.value
        return
    yield from (x for x in numbers if classify_printed(decimal, x) in {HALF_UNIT, TRUNCATED})
