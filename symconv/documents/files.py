"""Which files a path means: a file, a folder with all that is below it, or a pattern.

In order, each once. What is hidden, what a project ignores and what others made is left out of
folders; links in them are not followed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePath

from symconv.core.errors import SymconvError
from symconv.core.printable import quote_text

from .readers.table import READERS, is_document

MOST_FILES = 5_000
"""The most files of one call: a folder with more is hardly one of texts."""

LONGEST_PATH = 255
"""A longer text is no file name on any usual system, and asking for one would be an error."""

LARGEST_IGNORED = 100_000
"""The largest list of what is ignored that is read, in bytes."""

MADE = {"node_modules", "__pycache__", "venv", "_build", "site-packages", "_site", "_book"}
"""Folders that programs make, which hold other people's texts or copies."""

GLOB = re.compile(r"[^=<>~≈←|{}\\^]*(?:\*\*|\*\.[A-Za-z]{1,8}|[\w-]*\*[\w*?.-]*\.[A-Za-z]{1,8})")
FOLDER_LINE = re.compile(r"/?([\w.@+-][\w.@+ -]*)/")


@dataclass(frozen=True)
class FileSearch:
    """What is left out of folders and patterns; `exclude` are patterns of paths."""

    exclude: tuple[str, ...] = ()

    def list_files(self, given: str) -> list[str]:
        """The files that an argument means, in order; one that names no folder stands for itself.

        SymconvError where a folder or a pattern has no text.
        """
        if is_glob(given):
            return self._refuse_nothing(self._expand(given), given, "finds no text")
        if len(given) > LONGEST_PATH or "\0" in given or not Path(given).is_dir():
            return [given]
        return self._refuse_nothing(self._walk(given), given, "is a folder without a text")

    def _refuse_nothing(self, found: Iterable[str], given: str, said: str) -> list[str]:
        kept: list[str] = []
        for path in found:
            kept.append(path)
            if len(kept) > MOST_FILES:
                break
        if not kept:
            endings = ", ".join(sorted(READERS))
            raise SymconvError(f"{quote_text(given)} {said}", help=endings)
        return kept

    def _walk(self, top: str) -> Iterator[str]:
        """The texts below a folder, those of a folder before those of the folders in it."""
        ignored = _read_ignored(Path(top))
        for folder, inner, names in os.walk(top):
            ignored |= _read_ignored(Path(folder)) if folder != top else set()
            inner[:] = sorted(
                n for n in inner
                if not (n.startswith(".") or n in MADE or n in ignored)
                and not self._is_excluded(os.path.join(folder, n), top)  # noqa: PTH118 - text
            )  # fmt: skip
            for name in sorted(names):
                path = os.path.join(folder, name)  # noqa: PTH118 - the text is kept as it was given
                plain = not name.startswith(".") and is_document(name)
                if plain and not os.path.islink(path) and not self._is_excluded(path, top):  # noqa: PTH114
                    yield path

    def _expand(self, pattern: str) -> Iterator[str]:
        """The texts that a pattern finds; hidden ones only where it names them."""
        parts = PurePath(pattern).parts
        start = next(n for n, part in enumerate(parts) if "*" in part)
        base = Path(*parts[:start])
        rest = str(PurePath(*parts[start:]))
        try:
            found = sorted(base.glob(rest))
        except (ValueError, OSError) as error:
            raise SymconvError(f"{quote_text(pattern)} is no pattern: {error}") from None
        left_out = MADE | _read_ignored(base)
        for path in found:
            below = path.relative_to(base).parts
            shown = not any(p.startswith(".") or p in left_out for p in below)
            linked = any(p.is_symlink() for p in (path, *path.parents) if base in p.parents)
            plain = shown and not linked and path.is_file() and is_document(path.name)
            if plain and not self._is_excluded(str(path), str(base)):
                yield str(path)

    def _is_excluded(self, path: str, top: str) -> bool:
        """Whether a pattern leaves a path out: by the whole of it, or by what is below the top."""
        below = os.path.relpath(path, top).replace(os.sep, "/")
        whole = path.replace(os.sep, "/").removeprefix("./")
        return any(
            fnmatchcase(said, pattern.rstrip("/"))
            for pattern in self.exclude
            for said in (below, whole, PurePath(path).name)
        )


def is_glob(given: str) -> bool:
    """Whether an argument is a pattern, `book/**/*.md`, and no file of that name."""
    return (
        len(given) <= LONGEST_PATH
        and GLOB.fullmatch(given) is not None
        and not os.path.lexists(given)
    )


def _read_ignored(folder: Path) -> set[str]:
    """The folders that a .gitignore names by their names alone: `build/`, `/out/`."""
    path = folder / ".gitignore"
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST_IGNORED:
            return set()
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return set()
    matches = (FOLDER_LINE.fullmatch(line.strip()) for line in lines)
    return {match[1] for match in matches if match}


def list_all(paths: Sequence[str], search: FileSearch) -> list[str]:
    """The files of several paths in order, each once; SymconvError where they are too many."""
    found = list(dict.fromkeys(f for path in paths for f in search.list_files(path)))
    if len(found) > MOST_FILES:
        raise SymconvError(f"more than {MOST_FILES:,} files; at most as many are read at a time")
    return found
