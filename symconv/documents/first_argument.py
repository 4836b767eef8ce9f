"""Whether the first of several arguments is a network or a path.

It is a network if it is an example's name or a name of the options, starts with `input`, holds a
bar, or is a file that holds a network. Everything else is a path.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path, PurePath

from symconv.core.errors import SymconvError
from symconv.core.input_files import read_regular_file
from symconv.network.examples import BY_NAME

from .files import LONGEST_PATH
from .networks import LARGEST_NETWORK, extract_network, is_network_text
from .readers.table import READERS

MAYBE_NETWORK = {"", ".txt"}
"""The endings of files that may hold either: a text, or a network."""


def is_network_argument(given: str, named: Collection[str], *, alone: bool) -> bool:
    """Whether an argument is a network; standard input is one only where more arguments follow."""
    if given == "-":
        return not alone
    if given in BY_NAME or given in named or is_network_text(given):
        return True
    return _holds_network(given)


def _holds_network(given: str) -> bool:
    """Whether an argument names a file that begins as a network does."""
    path = given.removeprefix("@")
    ending = PurePath(path).suffix.lower()
    if not path or len(path) > LONGEST_PATH or "\0" in path:
        return False
    if ending in READERS and ending not in MAYBE_NETWORK:
        return False
    try:
        raw = read_regular_file(Path(path), LARGEST_NETWORK)
    except SymconvError:
        return False
    return bool(extract_network(raw.decode("utf-8-sig", errors="replace")))
