"""A file of values, JSON or TOML: names, and nested lists whose numbers stay text."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from symconv.core.errors import SymconvError

LARGEST_FILE = 1_000_000


def read_values(path: Path) -> dict[str, Any]:
    """The values in a JSON or TOML file: names, and nested lists of numbers or of decimal strings.

    Numbers stay text, so that 0.1 is a tenth. SymconvError, in one line, for anything else.
    """
    try:
        raw = path.read_bytes()[: LARGEST_FILE + 1] if path.is_file() else b""
    except OSError as error:
        raise SymconvError(f"'{path.name}' cannot be read: {error.strerror}") from None
    if not path.is_file():
        raise SymconvError(f"there is no file '{path.name}'")
    if len(raw) > LARGEST_FILE:
        raise SymconvError(f"'{path.name}' is larger than {LARGEST_FILE:,} bytes")
    try:
        text = raw.decode("utf-8")
        found = _toml(text) if path.suffix.lower() == ".toml" else _json(text)
    except (ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else "nested too deeply"
        raise SymconvError(f"'{path.name}' is not readable: {reason}") from None
    if not isinstance(found, dict):
        raise SymconvError(
            f"'{path.name}' holds no names", help='write {"x": [[1, 2]], "w": [["0.5"]]}'
        )
    return found


def _json(text: str) -> Any:
    return json.loads(
        text, parse_float=str, parse_int=str, parse_constant=_refused, object_pairs_hook=_once
    )


def _toml(text: str) -> Any:
    return tomllib.loads(text, parse_float=str)


def _refused(word: str) -> Any:
    raise ValueError(f"{word} is no number to calculate with")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name occurs twice")
    return found
