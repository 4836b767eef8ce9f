"""An argument that is a text itself, or says where the text is: `@PATH`, `-`, or a file's name.

A name without an ending is not taken for a file: `id_rsa` and `/etc/passwd` are files, too, and
their content would stand in a message. Whoever means such a file writes `@` before it.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from symconv.core.errors import SymconvError
from symconv.core.input_files import read_regular_file
from symconv.core.printable import quote_text

from .streams import read_standard_input

ENDING = re.compile(r".*[^/\\]\.[A-Za-z][A-Za-z0-9]{0,9}", re.DOTALL)
"""A file name with an ending, such as `post.md`; `.bashrc` and `w_1.5` have none."""


@dataclass(frozen=True)
class SuppliedText:
    """A text from a file or from standard input, and the name that it goes by."""

    text: str
    name: str


def read_supplied_text(given: str, most: int) -> SuppliedText | None:
    """The text that an argument leads to; None where the argument stands for itself.

    SymconvError for a file that is none, is larger than `most` bytes, or has no ending in its name.
    """
    if given == "-":
        return SuppliedText(read_standard_input(most), "-")
    path = find_path(given)
    return None if path is None else _read(path, most)


def find_path(given: str, *, exists: bool = False) -> str | None:
    """The path of the file that an argument names; None where the argument stands for itself.

    SymconvError for a folder, and for a file without an ending in its name, unless it is only asked
    whether something is there (`exists`).
    """
    if given == "@":
        raise SymconvError("after @ there is no name of a file", help="@PATH")
    if given.startswith("@"):
        return given[1:]
    # False, too, for a text that can be no path: too long, or with a NUL in it.
    if not os.path.lexists(given):
        return None
    if exists:
        return given
    if Path(given).is_dir():
        raise SymconvError(f"{quote_text(given)} is a folder", help="name a file in it")
    if not ENDING.fullmatch(given):
        raise SymconvError(
            f"{quote_text(given)} is a file whose name has no ending, and is not read",
            help=f"to have it read, write {quote_text('@' + given)}",
        )
    return given


def _read(path: str, most: int) -> SuppliedText:
    text = read_regular_file(Path(path), most).decode("utf-8-sig", errors="replace")
    return SuppliedText(text, path)
