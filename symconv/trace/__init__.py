"""Worked examples in numbers: every entry of both passes with its terms, and gradient descent."""

from __future__ import annotations

from .named import wanted_values
from .record import Trace
from .trace import trace
from .values_file import read_values

__all__ = ["Trace", "read_values", "trace", "wanted_values"]
