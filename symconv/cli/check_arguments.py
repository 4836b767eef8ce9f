"""What the arguments of `symconv check` name: a network or none, a claim, or files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from symconv.claims.check import validate_values
from symconv.core.errors import SymconvError
from symconv.core.printable import quote_text
from symconv.documents.check_file import CheckTask, NamedText
from symconv.documents.files import LONGEST_PATH, FileSearch, list_all
from symconv.documents.first_argument import is_network_argument
from symconv.documents.model.records import NetworkMark
from symconv.documents.networks import NetworkTable
from symconv.documents.options import CheckOptions
from symconv.documents.readers.table import MOST_TEXT
from symconv.trace.input_values import read_values

from .console import say
from .network_argument import find_network_text, refuse_network
from .streams import read_standard_input
from .text_argument import find_path

if TYPE_CHECKING:
    from symconv.api import Network


@dataclass(frozen=True)
class CheckedFiles:
    """The files of one call in order, and those of them that an argument names by themselves.

    A file of a folder that has no formula is a preface; one that somebody names should have one.
    """

    files: tuple[str | NamedText, ...]
    named: frozenset[str]


FILE_NAME = re.compile(r"[^=<>~≈←]*\w\.[A-Za-z]{2,8}")
POST_SECONDS = 10.0
"""What a file may take where nothing is said; the option `--budget` says more."""


def part_arguments(
    arguments: list[str], network: str | None, options: CheckOptions
) -> tuple[str, list[str]]:
    """The network, which may be none, and the texts; those of the options where none is named.

    SymconvError where standard input would be both, and where there is no text at all.
    """
    texts = list(arguments)
    if network is None and texts:
        alone = len(texts) == 1
        if is_network_argument(texts[0], options.networks, alone=alone):
            network = texts.pop(0)
        elif not _may_be_text(texts[0]):
            raise refuse_network(texts[0])
    if network == "-" and "-" in texts:
        raise SymconvError("standard input cannot be both the network and the claim")
    if not texts:
        folder = options.folder or Path()
        texts = [str(folder / path) for path in options.paths]
    if not texts:
        raise SymconvError(
            "there is nothing to check",
            help="symconv check [NETWORK] CLAIM or PATH..., or 'paths' in [tool.symconv]",
        )
    return network or options.network, texts


def _may_be_text(given: str) -> bool:
    """Whether an argument that is no network can be a file, a folder, a pattern or input."""
    from symconv.documents.files import is_glob

    if given == "-" or given.startswith("@") or is_glob(given):
        return True
    if len(given) > LONGEST_PATH or "\0" in given:
        return False
    return bool(find_path(given, exists=True) or FILE_NAME.fullmatch(given))


def make_task(
    network: str, values: Path | None, options: CheckOptions
) -> tuple[CheckTask, Network | None]:
    """How files are judged, and the network of what names none; None where there is none."""
    table = NetworkTable(options.networks, options.notation)
    given = {} if values is None else read_values(values)
    mark, net = None, None
    if network:
        text = options.networks.get(network) or find_network_text(network)[0]
        mark = NetworkMark(text, options.notation)
        net = table.find(mark, "")
        for remark in net.remarks:
            say(f"note: {remark}")
        validate_values(net, given)
    elif given:
        raise SymconvError("values need a network that they are about", help="--network NETWORK")
    seconds = options.budget or POST_SECONDS
    task = CheckTask(mark, given, table, seconds, options.code, options.only_marked)
    return task, net


def collect_files(texts: list[str], options: CheckOptions, *, claims: bool) -> CheckedFiles | None:
    """The files that texts name; None where there is one text and it is a claim.

    SymconvError where one alone is the name of a file (`claims.txt`) that does not exist, or where
    there are several and one can be no file. Of several, one that does not exist is reported.
    """
    names = list_all(texts, FileSearch(options.exclude))
    found: list[str | NamedText] = []
    for name in names:
        path = find_path(name)
        missing = len(name) <= LONGEST_PATH and FILE_NAME.fullmatch(name) is not None
        if name == "-":
            found.append(NamedText("-", read_standard_input(MOST_TEXT)))
        elif path is not None:
            found.append(path)
        elif missing and len(names) > 1:
            found.append(name)
        elif missing:
            raise SymconvError(f"there is no file {quote_text(Path(name).name)}")
        elif len(names) > 1 or not claims:
            raise SymconvError(
                f"{quote_text(name)} is no file, and a claim is checked by itself",
                help="NETWORK and one claim in quotes, or files and folders",
            )
        else:
            return None
    return CheckedFiles(tuple(found), frozenset(texts))
