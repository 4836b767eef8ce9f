"""The Python sources of the page in one folder: symconv, and the packages that it imports."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

OWN_DOCS = ("docs/__init__.py", "docs/site/__init__.py", "docs/site/browser")
"""What the page needs of the room that is in no wheel."""

UNUSED_TEMPLATES = ("page", "site", "torch", "jax", "c")
"""Layout of what the page does not write in Python."""

TESTED = "tests", "testing", "test"
"""Folders of a package that nobody imports who uses it."""


def lay_out_packages(wheels: Iterable[Path], folder: Path) -> dict[str, dict[str, str]]:
    """Unpack the Python of wheels; their licences by package, each by the name of its file.

    What is compiled is left out: the packages have a fallback in Python.
    """
    licences: dict[str, dict[str, str]] = {}
    for wheel in wheels:
        package = wheel.name.partition("-")[0]
        with ZipFile(wheel) as opened:
            for name in sorted(opened.namelist()):
                path = PurePosixPath(name)
                if path.name.upper().startswith("LICEN"):
                    found = licences.setdefault(package, {})
                    found[name] = opened.read(name).decode("utf-8")
                elif path.suffix == ".py" and not set(path.parts) & set(TESTED):
                    target = folder / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(opened.read(name))
    return licences


def lay_out_symconv(root: Path, folder: Path) -> None:
    """Copy the package as a wheel has it, with the answers of the page, and its templates."""
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", "docs")
    shutil.copytree(root / "symconv", folder / "symconv", ignore=ignored)
    for name in OWN_DOCS:
        source, target = root / "symconv" / name, folder / "symconv" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=ignored)
        else:
            shutil.copyfile(source, target)
    for source in sorted((root / "templates").iterdir()):
        if source.is_dir() and source.name not in UNUSED_TEMPLATES:
            shutil.copytree(source, folder / "symconv" / "templates" / source.name)


def list_texts(folder: Path) -> Mapping[str, bytes]:
    """The templates of a laid out tree, by their path in it."""
    found = sorted(p for p in (folder / "symconv" / "templates").rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found}
