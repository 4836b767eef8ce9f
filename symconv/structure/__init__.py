"""What operation a result is: matched on its index expressions, proved by numbers, then said."""

from __future__ import annotations

from .findings import Finding, find_operations

__all__ = ["Finding", "find_operations"]
