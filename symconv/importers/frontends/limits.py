"""What a file of a model may have, asked before memory is taken."""

from __future__ import annotations

import json
from math import prod
from typing import Any

from symconv.core.errors import SymconvError

LARGEST_MODEL = 1 << 30
"""The largest file in bytes, 1 GiB: VGG-16 in float32 has 553 million."""

LARGEST_GRAPH = 1 << 26
"""The largest description of a graph in bytes, 64 MiB: a thousand operations of a torch program
with their stack traces have about 2 million."""

MOST_OPERATIONS = 10_000
"""The most operations of a graph: a network text has a thousand stages, and a graph has operations
beside them that give none."""


def check_operation_count(count: int) -> None:
    """SymconvError where a graph has more operations than are read."""
    if count > MOST_OPERATIONS:
        raise SymconvError(
            f"the model has {count:,} operations", help=f"at most {MOST_OPERATIONS:,}"
        )


def check_array_size(shape: tuple[int, ...], name: str) -> None:
    """SymconvError where an array would be larger than any file, or has a size that is none."""
    if len(shape) > 16 or any(not 0 <= n <= LARGEST_MODEL for n in shape):
        raise SymconvError(f"{name} has sizes that no array has")
    # Zero sizes hide large ones from a product, so that each counts as one at least.
    if prod(max(n, 1) for n in shape) * 8 > LARGEST_MODEL:
        raise SymconvError(f"{name} would be larger than {LARGEST_MODEL:,} bytes")


def parse_json(raw: bytes, name: str) -> Any:
    """The data of a JSON text out of a model; SymconvError in one line where it is none."""
    if len(raw) > LARGEST_GRAPH:
        raise SymconvError(f"{name} is larger than {LARGEST_GRAPH:,} bytes")
    try:
        return json.loads(raw.decode("utf-8-sig"))
    except RecursionError:
        raise SymconvError(f"{name} is not readable: nested too deeply") from None
    except ValueError as error:
        reason = "a number is too long" if "digits" in str(error) else str(error)[:80]
        raise SymconvError(f"{name} is not readable: {reason}") from None
