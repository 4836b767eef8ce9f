"""Where a network comes from on the command line: an example, a text, or a file."""

from __future__ import annotations

import re
from pathlib import Path

from symconv.api import Network
from symconv.core.errors import SymconvError, did_you_mean
from symconv.network.examples import BY_NAME
from symconv.network.parser import LONGEST_TEXT

SIZE = re.compile(r"([A-Za-z]\w{0,31})=([0-9]{1,9})", re.ASCII)


def load_network(given: str, notation: str | None) -> Network:
    """The network behind an argument; `notation` overrides that of an example."""
    if given in BY_NAME:
        net = Network.example(given)
        return net if notation is None else net.in_notation(notation)
    text, title = (given, "network") if _is_text(given) else _read_file(given)
    return Network.parse(text, notation or "ij0").titled(title)


def parse_sizes(given: list[str]) -> dict[str, int]:
    """The sizes behind arguments such as `N=32`."""
    found: dict[str, int] = {}
    for text in given:
        match = SIZE.fullmatch(text)
        if match is None:
            raise SymconvError(f"{text!a} gives no size", help="write it as NAME=NUMBER, as N=32")
        found[match[1]] = int(match[2])
    return found


def parse_forms(given: list[str]) -> dict[str, str]:
    """The forms behind arguments such as `z^1=columns`."""
    found: dict[str, str] = {}
    for text in given:
        key, equals, form = text.partition("=")
        if not (key and equals and form):
            raise SymconvError(f"{text!a} gives no form", help="write it as NAME=FORM")
        found[key] = form
    return found


def _is_text(given: str) -> bool:
    return "|" in given or given.split()[:1] == ["input"]


def _read_file(given: str) -> tuple[str, str]:
    """The network text in a file, without its comments, and the file's name as the title."""
    path = Path(given)
    if not path.is_file():
        raise SymconvError(
            f"'{given}' is no example, no network text and no file",
            help=f"{did_you_mean(given, BY_NAME)}; a network text looks like "
            "'input i 3x3 | conv w 2x2 -> o | sse y -> C'",
        )
    with path.open(encoding="utf-8", errors="replace") as file:
        content = file.read(4 * LONGEST_TEXT + 1)
    lines = [line.split("#", 1)[0].strip() for line in content.splitlines()]
    return " ".join(line for line in lines if line), path.stem
