"""Files written whole or not at all, and only inside the folder that was named."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from symconv.core.errors import SymconvError


def write_files(folder: Path, files: Mapping[str, str | bytes], *, force: bool) -> list[Path]:
    """Write every file, or none: a file that exists with other content needs `force`.

    Raises SymconvError where a name leaves the folder, or where a file would be lost.
    """
    made = folder.resolve()
    targets = {made / name: _bytes(content) for name, content in files.items()}
    for path, content in targets.items():
        _refuse(path, made, content, force=force)
    made.mkdir(parents=True, exist_ok=True)
    for path, content in targets.items():
        _replace(path, content)
    return [folder / name for name in files]


def write_file(path: Path, content: str | bytes, *, force: bool) -> None:
    """Write one file whole."""
    write_files(path.parent, {path.name: content}, force=force)


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode("utf-8")


def _refuse(path: Path, folder: Path, content: bytes, *, force: bool) -> None:
    if path.parent != folder or path.is_symlink():
        raise SymconvError(f"'{path.name}' would be written outside of the output folder")
    if path.is_dir():
        raise SymconvError(f"'{path.name}' is a folder", help="name a file")
    if path.exists() and not force and path.read_bytes() != content:
        raise SymconvError(
            f"'{path.name}' exists and would be overwritten",
            help="use --force to overwrite it, or another place",
        )


def _replace(path: Path, content: bytes) -> None:
    """Write next to the target, then move into place, which cannot stop half-way."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".symconv-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
