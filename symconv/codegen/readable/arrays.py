"""Array expressions as NumPy text: the printer with every kind of node in its tables."""

from __future__ import annotations

from . import calls as numpy_calls
from . import methods as numpy_methods
from . import operators as numpy_operators
from .printer import CALLS, ArrayPrinter

KINDS = (numpy_calls, numpy_methods, numpy_operators)
__all__ = ["CALLS", "KINDS", "ArrayPrinter"]
