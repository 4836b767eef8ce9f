"""The network that a document names: a name of the options, an example, a text, or a file of one.

A document comes from anybody: a file that it names lies in its own folder or below it, and nothing
of one is repeated that does not begin as a network does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath

from symconv.api import Network
from symconv.core.errors import SymconvError, did_you_mean
from symconv.core.input_files import read_regular_file
from symconv.core.printable import LONGEST_QUOTE, quote_text
from symconv.network.examples import BY_NAME
from symconv.network.parser import LONGEST_TEXT
from symconv.notation.notation_file import ENDING, read_notation
from symconv.notation.presets import ASSUMED, PRESETS, Notation

from .model.marks import join_network_lines
from .model.records import NetworkMark

LARGEST_NETWORK = 4 * LONGEST_TEXT
"""The largest file of a network in bytes: the longest text, with as much again three times over for
comments."""

KEPT_NETWORKS = 64
"""How many networks are kept between files; a book has some dozens, each in many of them."""


@dataclass(frozen=True)
class NetworkTable:
    """The networks that the options name, and the notation where a document states none."""

    named: Mapping[str, str] = field(default_factory=dict)
    notation: str = ""

    def find(self, mark: NetworkMark, file: str) -> Network:
        """The network of a mark in a file; SymconvError where there is none of that name."""
        text = self.named.get(mark.network, mark.network)
        notation = self._find_notation(mark.notation or self.notation, file)
        if text in BY_NAME or is_network_text(text):
            return _build(text, notation)
        return _build(_read_beside(text, file, [*self.named, *BY_NAME]), notation)

    def _find_notation(self, name: str, file: str) -> str | Notation:
        """A preset by its name, or the notation of a file: of the options, or beside a document."""
        if not name.endswith(ENDING):
            return name
        if name == self.notation:
            return read_notation(Path(name))
        return read_notation(_find_beside(name, file, [*PRESETS], "notation"))


def is_network_text(given: str) -> bool:
    """Whether a text states a network itself."""
    return "|" in given or given.split()[:1] == ["input"]


def extract_network(text: str) -> str:
    """The network text of a file without its comments; nothing where the file holds none."""
    joined = join_network_lines(text)
    return joined if joined.split()[:1] == ["input"] else ""


@lru_cache(KEPT_NETWORKS)
def _build(text: str, notation: str | Notation) -> Network:
    """A network, built once for all files that name it."""
    if text in BY_NAME:
        found = Network.example(text)
        return found.in_notation(notation) if notation else found
    return Network.parse(text, notation or ASSUMED)


def _read_beside(name: str, file: str, known: list[str]) -> str:
    """The network text of a file that lies beside a document."""
    found = _find_beside(name, file, known, "network")
    raw = read_regular_file(found, LARGEST_NETWORK)
    text = extract_network(raw.decode("utf-8-sig", errors="replace"))
    if not text:
        raise SymconvError(
            f"{quote_text(name)} holds no network",
            help="it begins with its input: input i 3x3 | conv w 2x2 -> o | sse y -> C",
        )
    return text


def _find_beside(name: str, file: str, known: list[str], kind: str) -> Path:
    """A file in the folder of a document or below it, which a document may name."""
    path = PurePosixPath(name)
    inside = not path.is_absolute() and ".." not in path.parts and path.suffix != ""
    if not inside or "\\" in name or len(name) > LONGEST_QUOTE or not name.isprintable():
        raise SymconvError(
            f"{quote_text(name)} is no {kind}",
            help=did_you_mean(name[:LONGEST_QUOTE], known)
            + ("; a network text looks like 'input i 3x3 | conv w 2x2 -> o | sse y -> C'")
            * (kind == "network"),
        )
    folder = Path(file).parent
    found = folder / path
    if any(p.is_symlink() for p in (found, *found.parents) if folder in p.parents):
        raise SymconvError(f"{quote_text(name)} is a link, which a document may not name")
    return found
