"""Files written whole or not at all, and only inside the folder that was named."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from symconv.core.errors import SymconvError


def write_files(folder: Path, files: Mapping[str, str | bytes], *, force: bool) -> list[Path]:
    """Write every file, or none: a file that exists with other content needs `force`.

    Raises SymconvError where a name leaves the folder, where a file would be lost, or where the
    folder is none and cannot be made.
    """
    made = _resolve_folder(folder)
    targets = {made / name: _bytes(content) for name, content in files.items()}
    try:
        for path, content in targets.items():
            _refuse_target(path, made, content, force=force)
        made.mkdir(parents=True, exist_ok=True)
        _write(targets)
    except OSError as error:
        raise _path_error(folder, error) from error
    return [folder / name for name in files]


def write_file(path: Path, content: str | bytes, *, force: bool) -> None:
    """Write one file whole."""
    write_files(path.parent, {path.name: content}, force=force)


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode("utf-8")


def _resolve_folder(folder: Path) -> Path:
    """The folder without links; SymconvError where a part of its path is no folder."""
    try:
        made = folder.resolve()
        parts = [made, *made.parents]
        found = next((p for p in parts if p.exists() or p.is_symlink()), made)
    except (OSError, RuntimeError) as error:
        raise _path_error(folder, error) from error
    if not found.is_dir():
        raise SymconvError(
            f"'{folder}' cannot be written to: '{found.name}' is not a folder",
            help="name a folder, or one that can be made",
        )
    return made


def _path_error(folder: Path, error: Exception) -> SymconvError:
    """What the system says about a folder that cannot be made or written to."""
    reason = getattr(error, "strerror", None) or "it is no path"
    return SymconvError(
        f"'{folder}' cannot be made or written to: {reason}", help="name another folder"
    )


def _write(targets: Mapping[Path, bytes]) -> None:
    """Put every file next to its target, then all of them into place."""
    waiting: dict[Path, Path] = {}
    try:
        for path, content in targets.items():
            waiting[path] = _write_beside(path, content)
        for path, temporary in waiting.items():
            temporary.replace(path)
    finally:
        for temporary in waiting.values():
            temporary.unlink(missing_ok=True)


def _refuse_target(path: Path, folder: Path, content: bytes, *, force: bool) -> None:
    if path.parent != folder or path.is_symlink():
        raise SymconvError(f"'{path.name}' would be written outside of the output folder")
    if path.is_dir():
        raise SymconvError(f"'{path.name}' is a folder", help="name a file")
    if path.exists() and not force and path.read_bytes() != content:
        raise SymconvError(
            f"'{path.name}' exists and would be overwritten",
            help="use --force to overwrite it, or another place",
        )


def _write_beside(path: Path, content: bytes) -> Path:
    """A new file with this content in the folder of the target; none where it cannot be written."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".symconv-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        temporary.chmod(0o644)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary
