"""What the program writes as JSON: the number of each format, and its schema."""

from __future__ import annotations

from .formats import FORMATS, check_format, read_schema, with_format

__all__ = ["FORMATS", "check_format", "read_schema", "with_format"]
