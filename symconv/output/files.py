"""Files written whole or not at all, and only inside the folder that was named.

All files are written to a staging folder first. A folder that is not there yet *is* that staging
folder under another name: it appears with all of its files. In one that is there the files are
moved into place, and moved back if one of them cannot be. No signal is heard meanwhile.
"""

from __future__ import annotations

import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from symconv.core.errors import SymconvError
from symconv.core.input_files import explain_os_error
from symconv.core.printable import quote_text

from .locks import defer_signals, lock_folder

STAGING = ".symconv-"
"""How the names of staging folders begin."""


def write_files(folder: Path, files: Mapping[str, str | bytes], *, force: bool) -> list[Path]:
    """Write every file, or none: a file that exists with other content needs `force`.

    Raises SymconvError where a name leaves the folder, where a file would be lost, where the
    folder is none and cannot be made, or where another process is writing to it.
    """
    contents = {name: _bytes(content) for name, content in files.items()}
    try:
        made = _resolve_folder(folder)
        for name in contents:
            _refuse_name(name, made)
        if made.is_dir() or not _create_folder(made, contents):
            with lock_folder(made):
                for name, content in contents.items():
                    _refuse_target(made / name, content, force=force)
                _replace_files(made, contents)
    except (OSError, ValueError, RuntimeError) as error:
        raise _path_error(folder, error) from error
    return [folder / name for name in files]


def write_file(path: Path, content: str | bytes, *, force: bool) -> None:
    """Write one file whole."""
    write_files(path.parent, {path.name: content}, force=force)


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode("utf-8")


def _resolve_folder(folder: Path) -> Path:
    """The folder without links; SymconvError where a part of its path is no folder."""
    made = folder.resolve()
    found = next((p for p in (made, *made.parents) if p.exists() or p.is_symlink()), made)
    if not found.is_dir():
        raise SymconvError(
            f"{quote_text(str(folder))} cannot be written to: {quote_text(found.name)} is not a "
            "folder",
            help="name a folder, or one that can be made",
        )
    return made


def _path_error(folder: Path, error: Exception) -> SymconvError:
    """What the system says about a folder that cannot be made or written to."""
    return SymconvError(
        f"{quote_text(str(folder))} cannot be made or written to: {explain_os_error(error)}",
        help="name another folder",
    )


def _refuse_name(name: str, folder: Path) -> None:
    if (folder / name).parent != folder or name in {"", ".", ".."} or name.startswith(STAGING):
        raise SymconvError(f"{quote_text(name)} would be written outside of the output folder")


def _refuse_target(path: Path, content: bytes, *, force: bool) -> None:
    name = quote_text(path.name)
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    if stat.S_ISLNK(status.st_mode):
        raise SymconvError(f"{name} would be written outside of the output folder: it is a link")
    if stat.S_ISDIR(status.st_mode):
        raise SymconvError(f"{name} is a folder", help="name a file")
    if not stat.S_ISREG(status.st_mode):
        raise SymconvError(f"{name} is no regular file", help="without -o, the output can be piped")
    if not force and (status.st_size != len(content) or path.read_bytes() != content):
        raise SymconvError(
            f"{name} exists and would be overwritten",
            help="use --force to overwrite it, or another place",
        )


def _create_folder(folder: Path, contents: Mapping[str, bytes]) -> bool:
    """A folder that appears with all of its files; False where another process was faster."""
    missing = [p for p in folder.parents if not p.exists()]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with defer_signals(), _stage(folder.parent, contents) as staged:
            staged.rename(folder)
    except OSError:
        if folder.is_dir():
            return False
        _remove_empty(missing)
        raise
    except BaseException:
        _remove_empty(missing)
        raise
    return True


def _replace_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Move all files into place; those that were there come back if one cannot be moved."""
    with defer_signals(), _stage(folder, contents) as staged:
        done: list[tuple[Path, Path]] = []
        try:
            for number, name in enumerate(contents):
                target, old = folder / name, staged / f"{STAGING}{number}"
                if target.exists():
                    shutil.copy2(target, old)
                done.append((target, old))
                (staged / name).replace(target)
        except BaseException:
            for target, old in reversed(done):
                _restore_file(target, old)
            raise


def _restore_file(target: Path, old: Path) -> None:
    """What was there before comes back; what was not there goes."""
    if old.exists():
        old.replace(target)
    else:
        target.unlink(missing_ok=True)


@contextmanager
def _stage(above: Path, contents: Mapping[str, bytes]) -> Iterator[Path]:
    """All files in a new folder, which is gone afterwards unless it was renamed."""
    staged = above / f"{STAGING}{secrets.token_hex(8)}"
    try:
        staged.mkdir()
        for name, content in contents.items():
            _write_beside(staged / name, content)
        yield staged
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _write_beside(path: Path, content: bytes) -> None:
    """A new file with this content, beside its target."""
    with path.open("xb") as file:
        file.write(content)


def _remove_empty(folders: Sequence[Path]) -> None:
    """Folders that were made on the way, the innermost first."""
    with suppress(OSError):
        for folder in folders:
            folder.rmdir()
