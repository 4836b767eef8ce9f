"""What a build of the site is made from, and how its files are called."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

SiteFiles = Mapping[str, bytes]
"""The files of a part of the site: relative paths with slashes, and their bytes."""

HASH_LETTERS = 12
"""Hexadecimal digits of a hash in a name: 48 bits, which two files of a site do not share."""


@dataclass(frozen=True)
class SiteSources:
    """The clone, and the folder in which what was fetched for it is kept.

    A part of the site is a function from this to `SiteFiles`; it reads nothing else that changes.
    """

    root: Path
    tools: Path

    def read(self, path: str) -> bytes:
        """A file of the clone; FileNotFoundError where there is none."""
        return (self.root / path).read_bytes()


def hash_name(path: str, content: bytes) -> str:
    """`live/app.js` with a hash of its content: `live/app-0123456789ab.js`.

    So a file of that name never changes, and may be kept for ever.
    """
    name = PurePosixPath(path)
    digest = sha256(content).hexdigest()[:HASH_LETTERS]
    return str(name.with_name(f"{name.stem}-{digest}{name.suffix}"))


def compress_bytes(content: bytes) -> bytes:
    """The bytes as gzip, without a time: the same bytes twice."""
    return gzip.compress(content, 9, mtime=0)
