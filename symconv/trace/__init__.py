"""Worked examples in numbers: every entry of both passes with its terms, and gradient descent."""

from __future__ import annotations

from .input_tables import describe_inputs
from .input_values import read_values
from .random_values import RandomValues, draw_values, is_random_request
from .record import Trace
from .trace import trace_network

__all__ = [
    "RandomValues",
    "Trace",
    "describe_inputs",
    "draw_values",
    "is_random_request",
    "read_values",
    "trace_network",
]
