"""Worked examples in numbers: every entry of both passes with its terms, and gradient descent."""

from __future__ import annotations

from .given import read_values, wanted_values
from .trace import Trace, trace

__all__ = ["Trace", "read_values", "trace", "wanted_values"]
