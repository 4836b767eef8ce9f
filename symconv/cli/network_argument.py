"""Where a network comes from on the command line: an example, a text, or a file."""

from __future__ import annotations

import re
from pathlib import Path

from symconv.api import Network
from symconv.core.errors import SymconvError, did_you_mean
from symconv.core.printable import LONGEST_QUOTE, escape_line, quote_text
from symconv.network.examples import BY_NAME
from symconv.network.parser import LONGEST_TEXT
from symconv.notation.presets import ASSUMED

from .console import say
from .text_argument import read_supplied_text

LARGEST_FILE = 4 * LONGEST_TEXT
"""The largest file of a network in bytes: the longest text, with as much again three times over for
comments."""

SIZE = re.compile(r"([A-Za-z]\w{0,31})=([0-9]{1,9})", re.ASCII)


def load_network(given: str, notation: str | None, *, told: bool = True) -> Network:
    """The network behind an argument; `notation` overrides that of an example.

    What a person should know of how it was read is `told` on standard error.
    """
    if given in BY_NAME:
        net = Network.example(given)
        return net if notation is None else net.in_notation(notation)
    text, title = (given, "network") if _is_text(given) else _read_network(given)
    net = Network.parse(text, notation or ASSUMED).titled(title)
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


def _is_text(given: str) -> bool:
    return "|" in given or given.split()[:1] == ["input"]


def _read_network(given: str) -> tuple[str, str]:
    """The network text that an argument leads to, without its comments, and a title.

    No part of a file is repeated that does not begin as a network does.
    """
    supplied = read_supplied_text(given, LARGEST_FILE)
    if supplied is None:
        name = quote_text(given)
        raise SymconvError(
            f"{name} is no example, no network text and no file",
            help=f"{did_you_mean(given[:LONGEST_QUOTE], BY_NAME)}; a network text looks like "
            "'input i 3x3 | conv w 2x2 -> o | sse y -> C'",
        )
    lines = [line.split("#", 1)[0].strip() for line in supplied.text.splitlines()]
    text = " ".join(line for line in lines if line)
    if text.split()[:1] != ["input"]:
        where = "standard input" if supplied.name == "-" else quote_text(Path(supplied.name).name)
        raise SymconvError(
            f"{where} holds no network",
            help="it begins with its input: input i 3x3 | conv w 2x2 -> o | sse y -> C",
        )
    title = "network" if supplied.name == "-" else Path(supplied.name).stem
    return text, escape_line(title)[:LONGEST_QUOTE]
