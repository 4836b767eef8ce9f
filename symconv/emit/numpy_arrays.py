"""Array expressions as NumPy text: the printer with every kind of node in its tables."""

from __future__ import annotations

from . import numpy_calls, numpy_methods, numpy_operators
from .numpy_printer import CALLS, Printer

KINDS = (numpy_calls, numpy_methods, numpy_operators)
__all__ = ["CALLS", "KINDS", "Printer"]
