"""Pages whose examples are run while they are written: what is shown is what came out.

In a Markdown page

- a block ```` ```console ```` holds commands, `$ symconv ...`; each is run in an empty folder and
  what it prints stands below it; `| head -N`, `| tail -N` and `| sed -n '/^WORDS/,$p'` show a part
  of it, `> FILE` writes it to a file, `$ echo $?` shows the exit code, `$ cat FILE` and
  `$ ls FOLDER` what is there;
- a block ```` ```python ```` that begins with `>>>` is a session of one Python for the page;
- a block ```` ```markdown file=NAME ```` is written to that folder first.
"""

from __future__ import annotations

import doctest
import io
import os
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from itertools import dropwhile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from symconv.cli import main
from symconv.core.errors import SymconvError

BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"\bfile=(\S+)")
PART = re.compile(r"(.*) \| (?:(head|tail) -([0-9]+)|sed -n '/\^(.*)/,\$p')$")
TERMINAL = {"COLUMNS": "100", "LINES": "50", "NO_COLOR": "1", "TERM": "dumb", "TZ": "UTC"}
"""What decides how a command prints: lines of 100 characters, no colours."""


@dataclass
class TranscriptSession:
    """The folder, the exit code and the names of one page while it is run."""

    folder: Path
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "__main__"})
    code: int = 0

    def run_line(self, line: str) -> str:
        """What a command prints; SymconvError where it is none that a page may have."""
        if line == "echo $?":
            return f"{self.code}\n"
        part = PART.match(line)
        command, _, target = (part[1] if part else line).partition(" > ")
        words = shlex.split(command)
        shown = self._run_words(words)
        if target:
            (self.folder / target.strip()).write_text(shown, encoding="utf-8")
            return ""
        lines = shown.splitlines(keepends=True)
        if part is None:
            return shown
        if part[4]:
            kept = list(dropwhile(lambda text: not text.startswith(part[4]), lines))
            if not kept:
                raise SymconvError(f"'{command}' prints no line that begins with '{part[4]}'")
            return "".join(kept)
        count = int(part[3])
        return "".join(lines[:count] if part[2] == "head" else lines[-count:])

    def _run_words(self, words: list[str]) -> str:
        match words:
            case ["symconv", *arguments]:
                return self._run_symconv(arguments)
            case ["cat", name]:
                return (self.folder / name).read_text(encoding="utf-8")
            case ["ls", name]:
                found = sorted(p.name for p in (self.folder / name).iterdir())
                return "".join(f"{name}\n" for name in found if not name.startswith("."))
        raise SymconvError(f"a page cannot run '{shlex.join(words)}'", help="$ symconv ...")

    def _run_symconv(self, arguments: list[str]) -> str:
        """What `symconv ARGUMENTS` prints, in this process; its exit code is kept."""
        raw = io.BytesIO()
        out = io.TextIOWrapper(raw, encoding="utf-8")
        stdin, argv = sys.stdin, sys.argv
        try:
            sys.argv = ["symconv", *arguments]
            sys.stdin = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
            with redirect_stdout(out), redirect_stderr(out):
                main()
        except SystemExit as end:
            self.code = end.code if isinstance(end.code, int) else int(end.code is not None)
        finally:
            sys.stdin, sys.argv = stdin, argv
        out.flush()
        return raw.getvalue().decode()

    def run_source(self, source: str) -> str:
        """What Python prints for one statement of a session."""
        shown = io.StringIO()
        with redirect_stdout(shown):
            exec(compile(source, "<page>", "single"), self.names)  # noqa: S102 - our own pages
        return shown.getvalue()


def run_examples(text: str) -> str:
    """The page with every output written anew; SymconvError names a block that cannot be run."""
    with TemporaryDirectory() as folder, _work_in(folder):
        session = TranscriptSession(Path(folder))
        return BLOCK.sub(lambda found: _rewrite_block(found, session), text)


@contextmanager
def _work_in(folder: str) -> Iterator[None]:
    """The folder and the terminal of a page; what was there before comes back."""
    before, environment = Path.cwd(), dict(os.environ)
    os.chdir(folder)
    os.environ.update(TERMINAL)
    try:
        yield
    finally:
        os.chdir(before)
        os.environ.clear()
        os.environ.update(environment)


def _rewrite_block(found: re.Match[str], session: TranscriptSession) -> str:
    kind, body = found[1], found[2]
    named = FILE.search(kind)
    if named:
        path = session.folder / named[1]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
        return found[0]
    if kind == "console":
        return f"```{kind}\n{_run_commands(body, session)}```"
    if kind == "python" and body.startswith(">>>"):
        return f"```{kind}\n{_run_session(body, session)}```"
    return found[0]


def _run_commands(body: str, session: TranscriptSession) -> str:
    """Every command with what it prints; a command may go on after a backslash."""
    commands = re.findall(r"^\$ ((?:[^\n]*\\\n)*[^\n]*)\n", body, re.MULTILINE)
    return "".join(
        f"$ {command}\n{session.run_line(command.replace(chr(92) + chr(10), ' '))}"
        for command in commands
    )


def _run_session(body: str, session: TranscriptSession) -> str:
    """Every statement with what it prints."""
    parts = []
    for example in doctest.DocTestParser().get_examples(body):
        lines = example.source.rstrip("\n").split("\n")
        signs = [">>> ", *["... "] * (len(lines) - 1)]
        shown = session.run_source(example.source)
        parts += [f"{s}{line}".rstrip() + "\n" for s, line in zip(signs, lines, strict=True)]
        parts.append("".join(f"{line or '<BLANKLINE>'}\n" for line in shown.splitlines()))
    # An empty line ends the last output for doctest.
    return "".join(parts) + "\n"
