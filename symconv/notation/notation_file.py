r"""A notation as a file, which derivations, claims and generated code share.

notation = "ij1"                 # the preset that it starts from
layer = 'W^{[l]}'                # or 'W^{(l)}', 'W_l', 'W^l'
deltas = "full"                  # or "shortest", "partial"
derivative = "nabla"             # or "partial", "d"
transpose = '\top'
product = "xW"                   # or "Wx"
layout = "numerator"             # or "denominator"

[symbols]
w = '\mathbf{W}'
"w^2" = 'V'

[letters]
i = "r"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from symconv.core.errors import SymconvError, did_you_mean
from symconv.core.printable import quote_text
from symconv.core.toml_files import read_toml_table

from .hand import HAND_CHOICES, Hand
from .presets import ASSUMED, Notation, find_notation

ENDING = ".toml"
"""How the name of a notation ends that is a file."""

LARGEST_NOTATION = 100_000
"""The largest file of a notation in bytes; one with two hundred signs has 10,000."""

TABLES = ("symbols", "letters")


def resolve_notation(name: str) -> Notation:
    """The preset of that name, or the notation of a file; SymconvError where there is none."""
    return read_notation(Path(name)) if name.endswith(ENDING) else find_notation(name)


def read_notation(path: Path) -> Notation:
    """The notation of a file; SymconvError, with the file and the key, for what is none."""
    table = read_toml_table(path, LARGEST_NOTATION)
    try:
        return parse_notation(table, path.stem)
    except SymconvError as error:
        lead = f"{quote_text(path.name)}: {error.message}"
        raise SymconvError(
            lead, text=error.text, position=error.position, help=error.help
        ) from None


def parse_notation(table: Mapping[str, Any], name: str) -> Notation:
    """The notation of a table; where no preset is named, claims may count as they like."""
    known = ("notation", "deltas", *HAND_CHOICES, *TABLES)
    for key, value in table.items():
        if key not in known:
            raise SymconvError(
                f"a notation has no {quote_text(key)}", help=did_you_mean(key[:40], known)
            )
        if not isinstance(value, dict if key in TABLES else str):
            raise SymconvError(f"'{key}' is {'a table' if key in TABLES else 'a text'}")
    for key in TABLES:
        for inner, value in table.get(key, {}).items():
            if not isinstance(value, str):
                raise SymconvError(f"{quote_text(inner)} in '{key}' is a text")
    preset = table.get("notation")
    base = ASSUMED if preset is None else find_notation(preset)
    hand = Hand(table.get("symbols", {}), **{k: table[k] for k in HAND_CHOICES if k in table})
    changes = {"deltas": table["deltas"]} if "deltas" in table else {}
    letters = table.get("letters", {})
    return replace(base, name=name, letters=letters, hand=hand, **changes)
