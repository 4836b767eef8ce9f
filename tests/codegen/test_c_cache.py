"""Compilers that fail, disks that are full, processes that meet, folders that others have made.

Each of them costs a line, or nothing: never a library that was made of something else.
"""

import errno
import os
import shutil
import time
from pathlib import Path

import pytest
from c_style import NEEDS_COMPILER

from symconv import Network
from symconv.codegen.c import build, cache
from symconv.core.errors import SymconvError

NETWORK = Network.parse("input x 2 | dense w 2 -> h | sse t -> C")
FILES = {"network.c": "int network(void);\nint network(void) { return 3; }\n"}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr(build, "FLAGS", ("-O0", "-fPIC", "-shared"))
    return tmp_path / "home"


@pytest.fixture
def compiler(tmp_path, monkeypatch):
    """Set a script as the compiler."""

    def use(script):
        path = tmp_path / "cc"
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o700)
        monkeypatch.setenv("CC", str(path))

    return use


def make():
    return build.build_library(FILES, "network.c", "libnetwork.so", "scalar")


def left_over(home):
    return [p.name for p in (home / "symconv").iterdir() if p.name.startswith(".making")]


SCRIPTS = {
    "echo 'cc1: note: so' >&2; echo 'a.c:1: fatal error: No space left on device' >&2; exit 1":
        "the C compiler failed: a.c:1: fatal error: No space left on device",
    "exit 3": "the C compiler failed: exit code 3",
    "kill -SEGV $$": "the C compiler failed: exit code -11",
    "exit 0": "the C compiler failed: exit code 0",
    "printf 'error: \\377\\n'; exit 1": "the C compiler failed: error: \ufffd",
}  # fmt: skip
"""What a compiler may do, and the line that says so."""


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_compiler_that_fails_is_told_in_a_line(script, home, compiler):
    compiler(script)
    with pytest.raises(SymconvError) as caught:
        make()
    assert str(caught.value).splitlines()[0] == SCRIPTS[script]
    assert not left_over(home)


def ended(process):
    """Whether a process is no more; a moment is waited for it, as it dies when it is its turn."""
    time.sleep(0.02)
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").split()[2]
    except OSError:
        return not Path(f"/proc/{process}").exists()
    return state in "ZX"


def test_a_compiler_that_hangs_ends_with_all_that_it_has_started(
    home, compiler, monkeypatch, tmp_path
):
    monkeypatch.setattr(build, "SECONDS", 0.5)
    compiler(f"sleep 600 & echo $! > {tmp_path}/child; sleep 600")
    with pytest.raises(SymconvError, match="the C compiler did not finish: "):
        make()
    child = int((tmp_path / "child").read_text(encoding="utf-8"))
    assert any(map(ended, [child] * 200)), "it goes on"
    assert not left_over(home)


def test_a_full_disk_is_told_in_a_line(home, monkeypatch):
    def fill(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", fill)
    monkeypatch.setenv("CC", "/bin/true")
    with pytest.raises(SymconvError, match="the cache cannot be written: "):
        make()
    assert not left_over(home)


@NEEDS_COMPILER
def test_of_two_processes_the_first_one_keeps_its_library(home, monkeypatch):
    """It may be loaded by then: it is neither deleted nor replaced."""
    compile_files, seen = build._compile, []

    def meet(command, place):
        compile_files(command, place)
        if not seen:
            seen.append(None)
            seen[0] = (make() / "libnetwork.so").stat().st_ino

    monkeypatch.setattr(build, "_compile", meet)
    assert (make() / "libnetwork.so").stat().st_ino == seen[0]
    assert not left_over(home)


@NEEDS_COMPILER
def test_a_library_that_was_not_made_here_is_made_anew(home, tmp_path):
    """Damaged, replaced, or behind a link, whoever has done it."""
    folder = make()
    library, right = folder / "libnetwork.so", (folder / "libnetwork.so").read_bytes()
    (tmp_path / "other.so").write_bytes(right)
    for change in (
        lambda: library.write_bytes(right[:-100]),
        lambda: library.write_bytes(b"\x7fELF"),
        library.unlink,
        lambda: (library.unlink(), library.symlink_to(tmp_path / "other.so")),
        (folder / cache.STAMP).unlink,
        lambda: (folder / "network.c").write_text("int x;", encoding="utf-8"),
    ):
        change()
        made = make()
        assert made == folder
        assert library.read_bytes() == right
        assert not library.is_symlink()
    assert not left_over(home)


@NEEDS_COMPILER
def test_a_cache_that_others_can_reach_is_refused(home, tmp_path):
    folder = make()
    kept = tmp_path / "elsewhere"
    shutil.move(folder, kept)
    folder.symlink_to(kept)
    with pytest.raises(SymconvError, match="the cache folder is not safe"):
        make()
    folder.unlink()
    home.chmod(0o777)
    with pytest.raises(SymconvError, match="anybody may rename what is in"):
        make()
    home.chmod(0o1777)
    assert make() == folder, "a folder like /tmp is as good as any"


@NEEDS_COMPILER
@pytest.mark.usefixtures("home")
def test_the_words_of_cc_are_those_of_make(monkeypatch):
    found = build.find_compiler()
    monkeypatch.setenv("CC", f"env {found}")
    assert (make() / "libnetwork.so").is_file()
    monkeypatch.chdir(Path(found).parent)
    monkeypatch.setenv("CC", f"./{Path(found).name} -DNEW")
    assert (make() / "libnetwork.so").is_file()
    monkeypatch.setenv("CC", "   ")
    assert Path(build.find_compiler()).name in build.COMPILERS


def test_a_title_of_any_length_names_a_file():
    made = NETWORK.titled("a long title " * 400).generate_c()
    assert max(map(len, made.written())) < 80
    assert os.sep not in "".join(made.written())
