"""Options of a project: `[tool.symconv]` in its pyproject.toml, or a file symconv.toml.

They stand in the folder where the command is typed or in the next one above it that has them, up
to the root of the repository. Paths are read from the folder of the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from symconv.core.errors import SymconvError, did_you_mean
from symconv.core.printable import quote_text
from symconv.core.toml_files import read_toml_table
from symconv.notation.notation_file import ENDING

from .readers.source import CODE, SHOWN

LARGEST_OPTIONS = 1_000_000
"""The largest file of options in bytes; a pyproject.toml of a large project has some 50,000."""

MOST_LEVELS = 40
"""How many folders above are looked at; no path that people have is deeper."""

MOST_SECONDS, MOST_JOBS = 3_600.0, 256
"""What a file may take at most, as on the command line, and the most processes of one call."""


@dataclass(frozen=True)
class CheckOptions:
    """What a project says once instead of every call; an option of the command line comes first.

    `folder` is where the paths begin; None where no file of options was found.
    """

    network: str = ""
    notation: str = ""
    networks: Mapping[str, str] = field(default_factory=dict)
    paths: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    budget: float | None = None
    jobs: int | None = None
    allow_unread: bool = False
    only_marked: bool = False
    code: str = SHOWN
    folder: Path | None = None


def find_options(start: Path) -> CheckOptions:
    """The options that hold in a folder; SymconvError, with the file and the key, for bad ones."""
    for folder in [start, *start.parents][:MOST_LEVELS]:
        for name in ("symconv.toml", "pyproject.toml"):
            path = folder / name
            if path.is_file():
                table = read_toml_table(path, LARGEST_OPTIONS)
                own = table if name == "symconv.toml" else _take_tool(table)
                if own is not None:
                    return read_options(own, path)
        if (folder / ".git").exists():
            break
    return CheckOptions()


def _take_tool(table: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a pyproject.toml says to symconv; None where it says nothing."""
    tool = table.get("tool")
    own = tool.get("symconv") if isinstance(tool, dict) else None
    return own if isinstance(own, dict) else None


def read_options(table: Mapping[str, Any], path: Path) -> CheckOptions:
    """The options of a table; SymconvError names the key that is unknown or has no such value."""
    known = [f.name for f in fields(CheckOptions) if f.name != "folder"]
    found: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in known:
            raise SymconvError(
                f"{path.name} has an option {quote_text(key)}, which is none of symconv",
                help=did_you_mean(key, [k.replace("_", "-") for k in known]),
            )
        right, said = KINDS[name]
        if not right(value):
            raise SymconvError(f"{path.name}: '{name.replace('_', '-')}' is {said}")
        found[name] = tuple(value) if isinstance(value, list) else value
    if found.get("notation", "").endswith(ENDING):
        found["notation"] = str(path.parent / found["notation"])
    return CheckOptions(**found, folder=path.parent)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_text, value.values()))


def _is_switch(value: Any) -> bool:
    return isinstance(value, bool)


def _is_seconds(value: Any) -> bool:
    return not _is_switch(value) and isinstance(value, int | float) and 0 < value <= MOST_SECONDS


def _is_count(value: Any) -> bool:
    return not _is_switch(value) and isinstance(value, int) and 1 <= value <= MOST_JOBS


KINDS = {
    "network": (_is_text, "an example's name or a network text"),
    "notation": (_is_text, "the name of a notation, or a file of one (NAME.toml)"),
    "networks": (_is_table, "a table of names, each with a network text"),
    "paths": (_is_texts, "a list of files, folders and patterns"),
    "exclude": (_is_texts, "a list of patterns, such as 'drafts/*'"),
    "budget": (_is_seconds, f"a number of seconds, at most {MOST_SECONDS:,.0f}"),
    "jobs": (_is_count, f"a number of processes, from 1 to {MOST_JOBS}"),
    "allow_unread": (_is_switch, "true or false"),
    "only_marked": (_is_switch, "true or false"),
    "code": (CODE.__contains__, f"one of {', '.join(CODE)}"),
}
"""What each option has to be, and the words for it."""
