"""What the tests of lowering share: cases, what they should give, and tables of them."""

from .case import Case, alone, called, loaded, ranges, tensor, total
from .formulas import FORMULAS, SIZES, X2, T, X
from .naive import run_naively
from .sliding import GEOMETRIES, SMALL, conv, out, pooling

__all__ = [
    "FORMULAS", "GEOMETRIES", "SIZES", "SMALL", "X2", "Case", "T", "X", "alone", "called", "conv",
    "loaded", "out", "pooling", "ranges", "run_naively", "tensor", "total",
]  # fmt: skip
