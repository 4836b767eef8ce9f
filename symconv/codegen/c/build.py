"""C files compiled: which compiler, with which flags, for which machine.

A library is loaded only if it was made here, from the same text, by the same compiler with the same
flags: its folder in the cache is named by a hash of all that.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from symconv.core.errors import MissingToolError, SymconvError

from .cache import find_cache_folder, put_in_place, was_built

COMPILERS = ("cc", "gcc", "clang")
"""The names that are tried, unless the environment says CC."""

FLAGS = (
    "-std=c99", "-O3", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast", "-fPIC",
    "-shared",
)  # fmt: skip
"""None of them changes a value but by the rounding of a fused product; -ffast-math would: it takes
NaN and infinity for numbers."""

MACHINE: Mapping[str, tuple[str, ...]] = {
    "scalar": (),
    "avx2": ("-mavx2", "-mfma"),
    "avx512": ("-mavx512f", "-mavx512vl", "-mavx512dq", "-mavx512bw", "-mavx2", "-mfma"),
    "neon": (),
}
"""What the compiler is told of the machine."""

FEATURES = {"avx512": ("avx512f", "avx512vl", "avx512dq", "avx512bw"), "avx2": ("avx2", "fma")}
"""The words by which Linux says that a processor has the instructions, the widest first."""

SECONDS = 300
"""How long a compiler may take: a hundred times what the largest example takes."""


def find_compiler() -> str:
    """The path of a C compiler; SymconvError where there is none."""
    wanted = os.environ.get("CC", "").split()[:1] or COMPILERS
    for name in wanted:
        found = shutil.which(name)
        if found:
            # The folder of the caller is not that of the files.
            return str(Path(found).absolute())
    raise MissingToolError(
        f"no C compiler was found (looked for {', '.join(wanted)})",
        help="install gcc or clang, or name one with CC=PATH",
    )


def build_library(files: Mapping[str, str], source: str, library: str, isa: str) -> Path:
    """The folder in the cache with the files and the library that was made of `source`.

    SymconvError where there is no compiler, where it fails, or where the cache is not safe.
    """
    compiler = find_compiler()
    # As `make` takes it: CC may be a word before the compiler, or have flags behind it.
    more = os.environ.get("CC", "").split()[1:]
    command = [compiler, *more, *FLAGS, *MACHINE[isa]]
    folder = find_cache_folder() / _hash_build(files, command)
    if was_built(folder, files, library):
        return folder
    try:
        # Made in a folder of its own, which then gets its name: nobody sees half a library.
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as made:
            place = Path(made, "files")
            place.mkdir(mode=0o700)
            for name, text in files.items():
                (place / name).write_text(text, encoding="utf-8")
            _compile([*command, "-o", library, source, "-lm"], place)
            put_in_place(place, folder, files, library)
    except OSError as error:
        raise SymconvError(
            f"the cache cannot be written: {error}", help="name another with XDG_CACHE_HOME"
        ) from error
    return folder


def _compile(command: list[str], place: Path) -> None:
    """Run a compiler; SymconvError, in a line, where it does not do its work."""
    try:
        # A session of its own: what the compiler has started ends with it, when it takes too long.
        with subprocess.Popen(  # noqa: S603 - the compiler of the user, on files made here
            command, cwd=place, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True,
        ) as running:  # fmt: skip
            try:
                said, _ = running.communicate(timeout=SECONDS)
            except BaseException:
                os.killpg(running.pid, signal.SIGKILL)
                raise
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SymconvError(f"the C compiler did not finish: {error}") from error
    if running.returncode or not (place / command[command.index("-o") + 1]).is_file():
        lines = [line for line in said.splitlines() if line.strip()]
        wrong = [line for line in lines if "error" in line.lower()] or lines
        raise SymconvError(
            f"the C compiler failed: {wrong[0] if wrong else f'exit code {running.returncode}'}",
            help=f"it was called as {' '.join(command)}",
        )


def _hash_build(files: Mapping[str, str], command: list[str]) -> str:
    """A name for what is made of these files by that command on this machine."""
    found = hashlib.sha256()
    version = Path(command[0]).stat()
    parts = [*command, str(version.st_size), str(version.st_mtime_ns), _describe_machine()]
    for part in (*parts, *(p for item in sorted(files.items()) for p in item)):
        found.update(f"{len(part)}:".encode() + part.encode())
    return found.hexdigest()


def _describe_machine() -> str:
    """What -march=native depends on: a cache may lie on a disk that several machines share."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return str(os.uname())
    wanted = ("model name", "flags", "Features")
    found = dict.fromkeys(line for line in lines if line.startswith(wanted))
    return "\n".join(found)


def find_isa() -> str:
    """The widest vectors of this machine; scalar where that cannot be told."""
    if platform.machine() in {"aarch64", "arm64"}:
        return "neon"
    lines = _describe_machine().splitlines()
    words = set(" ".join(line for line in lines if line.startswith("flags")).split())
    return next((isa for isa, some in FEATURES.items() if words.issuperset(some)), "scalar")
