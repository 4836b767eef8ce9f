"""Worked examples in numbers: every entry of both passes with its terms, and gradient descent."""

from __future__ import annotations

from .input_tables import describe_inputs
from .input_values import read_values
from .record import Trace
from .trace import trace_network

__all__ = ["Trace", "describe_inputs", "read_values", "trace_network"]
