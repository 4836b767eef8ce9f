"""All algorithms for sums over windows, and which of them a contraction can take."""

from __future__ import annotations

from collections.abc import Iterable

from symconv.core.errors import SymconvError, did_you_mean

from .base import Algorithm
from .batch_last import BATCH_LAST
from .contraction import Contraction
from .gather import GATHER
from .im2col import IM2COL
from .shifted_gemm import SHIFTED_GEMM
from .toeplitz import TOEPLITZ
from .winograd import WINOGRAD_F2, WINOGRAD_F4

ALGORITHMS: tuple[Algorithm, ...] = (
    BATCH_LAST,
    SHIFTED_GEMM,
    IM2COL,
    GATHER,
    TOEPLITZ,
    WINOGRAD_F2,
    WINOGRAD_F4,
)
"""In the order in which a message lists them and a module has their helper functions."""


def find_algorithm(name: str) -> Algorithm:
    """The algorithm of a name or synonym; SymconvError where there is none."""
    known = {word: a for a in ALGORITHMS for word in (a.name, *a.synonyms)}
    if name not in known:
        raise SymconvError(f"no form is called '{name}'", help=did_you_mean(name, known))
    return known[name]


def find_algorithms(contraction: Contraction) -> tuple[Algorithm, ...]:
    """The algorithms that can compute a contraction, whatever they cost."""
    return tuple(a for a in ALGORITHMS if a.applies(contraction))


def list_tiles() -> list[str]:
    """The values of the option `tiles` with which an algorithm takes part."""
    return [a.tiles for a in ALGORITHMS if a.tiles]


def check_tiles(tiles: str) -> None:
    """SymconvError unless an algorithm takes part with that value of the option `tiles`."""
    known = list_tiles()
    if tiles not in known:
        raise SymconvError(f"no tiles are called '{tiles}'", help=did_you_mean(tiles, known))


def sort_algorithms(found: Iterable[Algorithm]) -> tuple[Algorithm, ...]:
    """Each of the algorithms once, in the order of the table."""
    given = set(found)
    return tuple(a for a in ALGORITHMS if a in given)
