"""TOML files that a person names, read as tables."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from .errors import SymconvError
from .input_files import read_regular_file
from .printable import quote_text
from .toml_keys import refuse_long_keys


def read_toml_table(path: Path, most: int) -> dict[str, Any]:
    """The table of a file of at most so many bytes; SymconvError, in one line, for what is none."""
    raw = read_regular_file(path, most)
    try:
        text = raw.decode("utf-8")
        refuse_long_keys(text)
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        said = str(error).split("\n")[0]
        raise SymconvError(f"{quote_text(path.name)} is not readable: {said}") from None
