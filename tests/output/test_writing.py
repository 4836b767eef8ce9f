"""Files are written all or none: past other processes, signals, links, and things that are no file.

Each of these once left half of the files, waited for ever, or wrote where nobody had said.
"""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from symconv.core.errors import SymconvError
from symconv.output import files, locks
from symconv.output.files import write_file, write_files

OLD = {"a": "old a", "b": "old b", "c": "old c"}
NEW = {"a": "new a", "b": "new b", "c": "new c"}


def contents(folder):
    return {p.name: p.read_text() for p in folder.iterdir()}


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "out"
    write_files(made, OLD, force=False)
    return made


class Interrupt(BaseException):
    """As KeyboardInterrupt, which would end pytest."""


@pytest.mark.parametrize("error", [Interrupt, OSError(28, "No space left on device")])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_interrupt_between_two_moves_leaves_what_was_there(folder, monkeypatch, number, error):
    moved, replace = [], Path.replace

    def stop(self, target):
        if Path(target).name in NEW and self.name in NEW:
            moved.append(target)
            if len(moved) == number:
                raise error
        return replace(self, target)

    (folder / "c").unlink()
    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises((Interrupt, SymconvError)):
        write_files(folder, NEW, force=True)
    assert len(moved) == number
    assert contents(folder) == {"a": "old a", "b": "old b"}


@pytest.mark.parametrize("error", [Interrupt, OSError(28, "No space left on device")])
def test_a_folder_appears_with_all_of_its_files_or_not_at_all(tmp_path, monkeypatch, error):
    def stop(path, content):
        if path.name == "b":
            raise error
        path.write_bytes(content)

    monkeypatch.setattr(files, "_write_beside", stop)
    with pytest.raises((Interrupt, SymconvError)):
        write_files(tmp_path / "deep" / "out", NEW, force=False)
    assert list(tmp_path.iterdir()) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from symconv.output.files import write_files

replace, moved = Path.replace, []

def kill(self, target):
    moved.append(target)
    if len(moved) == 2:
        os.kill(os.getpid(), getattr(signal, sys.argv[2]))
    return replace(self, target)

Path.replace = kill
write_files(Path(sys.argv[1]), {"a": "new a", "b": "new b", "c": "new c"}, force=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_between_two_moves_is_heard_after_the_last_one(folder, name):
    command = [sys.executable, "-c", KILLED, str(folder), name]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert done.returncode == -getattr(signal, name)
    assert contents(folder) == NEW


def test_the_handlers_of_signals_are_those_from_before(folder):
    before = {number: signal.getsignal(number) for number in locks.ENDINGS}
    write_files(folder, NEW, force=True)
    assert {number: signal.getsignal(number) for number in locks.ENDINGS} == before


@pytest.mark.skipif(locks.fcntl is None, reason="folders cannot be locked here")
def test_a_folder_that_another_process_writes_to_is_left_to_it(folder):
    code = (
        "import sys; from pathlib import Path; from symconv.output.locks import lock_folder\n"
        "with lock_folder(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(SymconvError, match="another process is writing to"):
            write_files(folder, NEW, force=True)
        assert contents(folder) == OLD
    finally:
        other.kill()
        other.communicate()
    # The lock of a process that was killed is free: it is never stale.
    write_files(folder, NEW, force=True)
    assert contents(folder) == NEW


RACER = """
import sys
from pathlib import Path
from symconv.core.errors import SymconvError
from symconv.output.files import write_files

sys.stdin.readline()
try:
    write_files(Path(sys.argv[1]), {f"f{n}": sys.argv[2] * 1000 for n in range(40)}, force=False)
    print("won")
except SymconvError as error:
    print(error.message)
"""


@pytest.mark.parametrize("there", [False, True])
def test_of_two_processes_one_wins_wholly_and_the_other_says_so(tmp_path, there):
    target = tmp_path / "out"
    if there:
        target.mkdir()
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(target), letter],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for letter in "xy"
    ]  # fmt: skip
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    said = [racer.communicate(timeout=60)[0].strip() for racer in racers]
    assert said.count("won") == 1, said
    (lost,) = (s for s in said if s != "won")
    assert "another process is writing" in lost or "would be overwritten" in lost
    assert {p.read_text() for p in target.iterdir()} == {"xy"[said.index("won")] * 1000}
    assert len(list(target.iterdir())) == 40
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("name", ["../a", "/tmp/a", "b/a", "", ".", "..", ".symconv-1"])
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path, name):
    with pytest.raises(SymconvError, match="outside of the output folder"):
        write_files(tmp_path / "out", {name: "x"}, force=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes")
@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("kind", ["link", "broken link", "pipe", "socket", "folder"])
def test_what_is_no_file_is_left_and_not_waited_for(folder, tmp_path, monkeypatch, kind, force):
    target, mine = folder / "b", tmp_path / "mine"
    target.unlink()
    mine.write_text("mine")
    bound = socket.socket(socket.AF_UNIX)
    match kind:
        case "link":
            target.symlink_to(mine)
        case "broken link":
            target.symlink_to(tmp_path / "none")
        case "pipe":
            os.mkfifo(target)
        case "socket":
            monkeypatch.chdir(folder)
            bound.bind("b")
        case "folder":
            target.mkdir()
    before = target.lstat()
    with pytest.raises(SymconvError, match=r"link|folder|no regular file"):
        write_files(folder, {"b": "new b", "a": "old a"}, force=force)
    bound.close()
    assert target.lstat().st_ino == before.st_ino
    assert mine.read_text() == "mine"
    assert not (tmp_path / "none").exists()
    assert (folder / "a").read_text() == "old a"


def test_a_folder_that_is_a_link_is_the_one_that_was_named(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    write_files(tmp_path / "link", NEW, force=False)
    assert contents(tmp_path / "real") == NEW


@pytest.mark.parametrize("path", ["\0", "a\0b", "x" * 300, "\ud800"])
def test_what_is_no_path_is_one_message(tmp_path, path):
    with pytest.raises(SymconvError, match="cannot be made or written to"):
        write_file(tmp_path / path / "a", "x", force=False)
    with pytest.raises(SymconvError):
        write_file(tmp_path / path, "x", force=False)
    assert list(tmp_path.iterdir()) == []


def test_the_mask_of_permissions_is_that_of_the_user(tmp_path):
    before = os.umask(0o027)
    try:
        write_files(tmp_path / "out", NEW, force=False)
        write_file(tmp_path / "out" / "d", "d", force=False)
    finally:
        os.umask(before)
    assert {p.stat().st_mode & 0o777 for p in (tmp_path / "out").iterdir()} == {0o640}
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o750
