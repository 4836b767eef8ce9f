"""The cache of C libraries: its owner's alone, and nobody sees half of one in it."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from symconv.core.errors import SymconvError

ATTEMPTS = 10
"""How often two processes may get in each other's way: each time, one of them is done."""

STAMP = "library.sha256"
"""The file that says what the library was when it was made: a disk may have been full since."""


def find_cache_folder() -> Path:
    """The folder of libraries; SymconvError where others can write to it.

    It is `symconv` in XDG_CACHE_HOME, else in ~/.cache.
    """
    home = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(home) if Path(home).is_absolute() and home else Path.home() / ".cache"
    folder = base / "symconv"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_open(base)
        _refuse_shared(folder)
    except OSError as error:
        raise SymconvError(
            f"the cache folder cannot be made: {error}", help="name another with XDG_CACHE_HOME"
        ) from error
    return folder


def _refuse_shared(path: Path) -> None:
    """Refuse a folder or a file that is a link, another user's, or open to others."""
    status = path.lstat()
    plain = stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode)
    if not plain or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise SymconvError(
            f"the cache folder is not safe: {path} has to be yours alone",
            help="take others' rights from it (chmod 700), or name another with XDG_CACHE_HOME",
        )


def _refuse_open(base: Path) -> None:
    """Refuse a folder in which anybody may rename what is another's, which /tmp forbids."""
    mode = base.stat().st_mode
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        raise SymconvError(
            f"the cache folder is not safe: anybody may rename what is in {base}",
            help="take others' rights from it (chmod o-w), or name another with XDG_CACHE_HOME",
        )


def was_built(folder: Path, files: Mapping[str, str], library: str) -> bool:
    """Whether a folder holds what was made of these files, whole; SymconvError if it is shared."""
    if not folder.exists():
        return False
    _refuse_shared(folder)
    known = all(_read(folder / name) == text.encode() for name, text in files.items())
    return known and _digest(folder / library) == _read(folder / STAMP)


def _read(path: Path) -> bytes | None:
    """What is in a file; None where it is none, or a link to one."""
    try:
        return None if path.is_symlink() else path.read_bytes()
    except OSError:
        return None


def _digest(path: Path) -> bytes:
    """What tells the contents of a file from all others; of none, where it cannot be read."""
    return hashlib.sha256(_read(path) or b"").hexdigest().encode()


def put_in_place(place: Path, folder: Path, files: Mapping[str, str], library: str) -> None:
    """Give what was made its folder, unless another process, which may use it by now, was first."""
    (place / STAMP).write_bytes(_digest(place / library))
    for _ in range(ATTEMPTS):
        if was_built(folder, files, library):
            return
        if folder.exists():
            # What is none of ours goes out of the way whole, and away with the folder of the files.
            folder.rename(Path(tempfile.mkdtemp(dir=place.parent), "old"))
        try:
            place.rename(folder)
        except OSError as error:
            if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                raise
        else:
            return
    raise FileExistsError(errno.EEXIST, "it is written by others all the time", str(folder))
