"""The command line: called in this process, which has loaded SymPy, or in one of its own.

Both give what a person sees: exit code, standard output and standard error. Warnings are errors.
"""

import io
import subprocess
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest.mock import patch

from symconv.cli import main


@dataclass(frozen=True)
class Done:
    """What a command answers."""

    returncode: int
    stdout: str
    stderr: str


class _Stream(io.TextIOWrapper):
    """A stream of text over bytes, as those of a process are."""

    def __init__(self, text=""):
        super().__init__(io.BytesIO(text.encode()), encoding="utf-8")

    def read_all(self):
        self.flush()
        return self.buffer.getvalue().decode()


def symconv(*arguments, input=""):  # noqa: A002 - as subprocess.run calls it
    """`symconv ARGUMENTS` in this process."""
    out, err = _Stream(), _Stream()
    patches = patch.object(sys, "argv", ["symconv", *arguments]), patch("sys.stdin", _Stream(input))
    with patches[0], patches[1], redirect_stdout(out), redirect_stderr(err):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                main()
                code = 0
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
        return Done(code, out.read_all(), err.read_all())


def symconv_process(*arguments, **options):
    """`symconv ARGUMENTS` in a process of its own."""
    command = [sys.executable, "-W", "error", "-c", "from symconv.cli import main; main()"]
    return subprocess.run(
        [*command, *arguments], capture_output=True, text=True, check=False, timeout=120, **options
    )
