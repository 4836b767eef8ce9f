"""The formats of what is written as JSON, each with a number and a schema in a file beside this.

The number grows when something is left out or means something else. What is added does not change
it: a reader passes over fields that it does not know, and says so where the number is a greater one
than its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from symconv.core.errors import SymconvError, did_you_mean

FORMATS: Mapping[str, int] = MappingProxyType(
    {"derivation": 1, "trace": 1, "checks": 1, "replay": 1, "verdicts": 1, "examples": 1, "page": 1}
)
"""The number of each format; a file without one is older than the numbers, and is a 1."""

FOLDER = Path(__file__).parent


def with_format(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Data with the number of its format in front."""
    return {"format": FORMATS[kind], **data}


def check_format(kind: str, data: Any) -> None:
    """SymconvError where data was written in a later format than the one that is read here."""
    found = data.get("format", 1) if isinstance(data, Mapping) else 1
    known = FORMATS[kind]
    if not isinstance(found, int) or isinstance(found, bool) or not 1 <= found <= known:
        shown = found if isinstance(found, int) else "none that there is"
        raise SymconvError(
            f"the {kind} has the format {shown}, and this symconv reads up to {known}",
            help="a newer symconv reads it, or it was written by another program",
        )


def read_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a format; SymconvError where there is none of that name."""
    if kind not in FORMATS:
        raise SymconvError(f"no format is called '{kind:.40}'", help=did_you_mean(kind, FORMATS))
    found: dict[str, Any] = json.loads((FOLDER / f"{kind}.schema.json").read_text("utf-8"))
    return found
