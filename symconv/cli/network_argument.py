"""Where a network comes from on the command line: an example, a text, or a file."""

from __future__ import annotations

import re
from pathlib import Path

from symconv.api import Network
from symconv.core.errors import SymconvError, did_you_mean
from symconv.core.printable import LONGEST_QUOTE, escape_line, quote_text
from symconv.documents.networks import LARGEST_NETWORK, extract_network, is_network_text
from symconv.network.examples import BY_NAME
from symconv.notation.notation_file import resolve_notation
from symconv.notation.presets import ASSUMED

from .console import say
from .text_argument import read_supplied_text

SIZE = re.compile(r"([A-Za-z]\w{0,31})=([0-9]{1,9})", re.ASCII)


def load_network(given: str, notation: str | None, *, told: bool = True) -> Network:
    """The network behind an argument; `notation` overrides that of an example.

    What a person should know of how it was read is `told` on standard error.
    """
    known = None if notation is None else resolve_notation(notation)
    if given in BY_NAME:
        net = Network.example(given)
        return net if known is None else net.in_notation(known)
    text, title = find_network_text(given)
    net = Network.parse(text, known or ASSUMED).titled(title)
    for remark in net.remarks if told else ():
        say(f"note: {remark}")
    return net


def parse_sizes(given: list[str]) -> dict[str, int]:
    """The sizes behind arguments such as `N=32`."""
    found: dict[str, int] = {}
    for text in given:
        match = SIZE.fullmatch(text)
        if match is None:
            raise SymconvError(
                f"{quote_text(text)} gives no size", help="write it as NAME=NUMBER, as N=32"
            )
        found[match[1]] = int(match[2])
    return found


def parse_forms(given: list[str]) -> dict[str, str]:
    """The forms behind arguments such as `z^1=columns`."""
    found: dict[str, str] = {}
    for text in given:
        key, equals, form = text.partition("=")
        if not (key and equals and form):
            raise SymconvError(f"{quote_text(text)} gives no form", help="write it as NAME=FORM")
        found[key] = form
    return found


def find_network_text(given: str) -> tuple[str, str]:
    """The network text, or the name of an example, behind an argument, and a title."""
    if given in BY_NAME or is_network_text(given):
        return given, "network"
    return _read_network(given)


def refuse_network(given: str) -> SymconvError:
    """What is wrong with an argument that is neither a network nor a file."""
    return SymconvError(
        f"{quote_text(given)} is no example, no network text and no file",
        help=f"{did_you_mean(given[:LONGEST_QUOTE], BY_NAME)}; a network text looks like "
        "'input i 3x3 | conv w 2x2 -> o | sse y -> C'",
    )


def _read_network(given: str) -> tuple[str, str]:
    """The network text that an argument leads to, without its comments, and a title.

    No part of a file is repeated that does not begin as a network does.
    """
    supplied = read_supplied_text(given, LARGEST_NETWORK)
    if supplied is None:
        raise refuse_network(given)
    text = extract_network(supplied.text)
    if not text:
        where = "standard input" if supplied.name == "-" else quote_text(Path(supplied.name).name)
        raise SymconvError(
            f"{where} holds no network",
            help="it begins with its input: input i 3x3 | conv w 2x2 -> o | sse y -> C",
        )
    title = "network" if supplied.name == "-" else Path(supplied.name).stem
    return text, escape_line(title)[:LONGEST_QUOTE]
