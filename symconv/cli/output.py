"""Where results go: data to standard output or to a file, what happened to standard error."""

from __future__ import annotations

import sys
from pathlib import Path


def show(text: str) -> None:
    """Data goes to standard output."""
    sys.stdout.write(text.rstrip("\n") + "\n")


def say(text: str) -> None:
    """What happened goes to standard error."""
    sys.stderr.write(text + "\n")


def deliver(written: str | bytes, output: Path | None, *, force: bool) -> None:
    """Write a document to a file, or to standard output."""
    from symconv.output.files import write_file

    if output is not None:
        write_file(output, written, force=force)
        say(f"written: {output}")
    elif isinstance(written, bytes):
        sys.stdout.buffer.write(written)
    else:
        show(written)


def progress(text: str) -> None:
    """What is going on goes to standard error, where somebody sees it: on a terminal."""
    if sys.stderr.isatty():
        say(text)
