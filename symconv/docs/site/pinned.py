"""The parts that are not ours: fetched from the package indexes, one version and one hash each."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from symconv.core.errors import SymconvError

PLATFORM = (
    "--platform", "manylinux2014_x86_64", "--implementation", "cp", "--python-version", "3.14",
    "--abi", "cp314", "--abi", "none",
)  # fmt: skip
"""One platform, so that the hash is one: what is compiled in a wheel is left out anyway."""


@dataclass(frozen=True)
class PinnedPart:
    """A package of an index: npm or python."""

    name: str
    index: str
    version: str
    sha256: str
    licence: str
    source: str

    @property
    def pattern(self) -> str:
        """What the name of its file looks like."""
        return f"{self.name}-{self.version}{'.tgz' if self.index == 'npm' else '-*.whl'}"


@cache
def list_pinned() -> tuple[PinnedPart, ...]:
    """The parts as `pinned.json` has them."""
    found = json.loads((files(__package__) / "pinned.json").read_text(encoding="utf-8"))
    return tuple(PinnedPart(name, **words) for name, words in found.items())


def find_missing_tools() -> str:
    """What a build needs and this machine has not; empty where it has all."""
    return " and ".join(tool for tool in ("node", "npm") if not shutil.which(tool))


def fetch_parts(folder: Path) -> dict[str, Path]:
    """The file of every part, by name: fetched where the folder has it not.

    SymconvError where one cannot be had, or is not what it was.
    """
    if missing := find_missing_tools():
        raise SymconvError(f"the site is not built without {missing}", help="install Node.js")
    folder.mkdir(parents=True, exist_ok=True)
    return {part.name: _fetch(part, folder) for part in list_pinned()}


def _fetch(part: PinnedPart, folder: Path) -> Path:
    found = next(_find(part, folder), None)
    if found is None:
        _run(part, _fetch_command(part, folder))
        found = next(_find(part, folder), None)
    if found is None:
        raise SymconvError(f"{part.name} {part.version} was fetched, and is not there")
    digest = sha256(found.read_bytes()).hexdigest()
    if digest != part.sha256:
        raise SymconvError(
            f"{found.name} has the hash {digest}, and not {part.sha256}",
            help="remove it, and build again; if it stays so, do not trust it",
        )
    return found


def _find(part: PinnedPart, folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.glob(part.pattern)))


def _fetch_command(part: PinnedPart, folder: Path) -> list[str]:
    if part.index == "npm":
        named = f"{part.name}@{part.version}"
        return ["npm", "pack", "--silent", "--pack-destination", str(folder), named]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest"]
    named = f"{part.name}=={part.version}"
    return [*command, str(folder), "--only-binary=:all:", *PLATFORM, named]


def _run(part: PinnedPart, command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["no answer"]
        raise SymconvError(f"{part.name} {part.version} cannot be fetched: {said[-1].strip()}")


def unpack_pyodide(archive: Path, folder: Path) -> Path:
    """The package as a folder."""
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    return folder / "package"
