"""How long a writer waits: from a keystroke to what is underlined, and to the reasons.

A server is started as an editor starts it, a chapter is opened, and a factor of one formula is
changed again and again. What the pause takes is not counted. `python benchmarks/editor.py [TEXT]`
prints milliseconds: the median and the longest of all keystrokes.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any

from symconv.editors.session import PAUSE_SECONDS

CHAPTER = Path(__file__).parents[1] / "tests/data/book/part1/02-two-convolutions.md"
KEYSTROKES = 20
ADDED = "\n\nAnd once more: $\\frac{{\\partial C}}{{\\partial o_1^2}} = {} (o_1^2 - y_1)$\n"
ADDRESS = "file:///benchmark/chapter.md"


class Editor:
    """The messages of an editor, and when each answer came."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "symconv", "lsp"]
        self.server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def send(self, method: str, params: Any, number: int | None = None) -> None:
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        body = json.dumps(message | ({"id": number} if number else {})).encode()
        stdin = self._stream(self.server.stdin)
        stdin.write(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        stdin.flush()

    def wait_for_findings(self) -> tuple[float, list[Any]]:
        """When findings came, and which."""
        while True:
            message = self.read()
            if message.get("method") == "textDocument/publishDiagnostics":
                return time.perf_counter(), message["params"]["diagnostics"]

    def read(self) -> Any:
        stdout = self._stream(self.server.stdout)
        length = 0
        while line := stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        return json.loads(stdout.read(length))

    def _stream(self, stream: IO[bytes] | None) -> IO[bytes]:
        assert stream is not None
        return stream


def measure(text: str) -> tuple[float, list[float], list[float]]:
    """Seconds until an opened text is underlined, and those of each keystroke, twice."""
    editor = Editor()
    editor.send("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, 1)
    while editor.read().get("id") != 1:
        pass
    editor.send("initialized", {})
    start = time.perf_counter()
    item = {"uri": ADDRESS, "languageId": "markdown", "version": 1, "text": text}
    editor.send("textDocument/didOpen", {"textDocument": item})
    opened = editor.wait_for_findings()[0] - start
    editor.wait_for_findings()
    quick, thorough = [], []
    for number in range(3, KEYSTROKES + 3):
        where = {"uri": ADDRESS, "version": number}
        change = {"text": text + ADDED.format(number)}
        start = time.perf_counter()
        editor.send("textDocument/didChange", {"textDocument": where, "contentChanges": [change]})
        quick.append(editor.wait_for_findings()[0] - start - PAUSE_SECONDS)
        thorough.append(editor.wait_for_findings()[0] - start - PAUSE_SECONDS)
    editor.send("shutdown", None, 2)
    editor.send("exit", None)
    editor.server.wait(timeout=20)
    return opened, quick, thorough


def main() -> None:
    """Measure, and say what was found."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else CHAPTER
    opened, quick, thorough = measure(path.read_text("utf-8"))
    print(f"{path.name}: opened and underlined after {1e3 * opened:.0f} ms, with the start")
    for name, times in (("underlined", quick), ("with reasons", thorough)):
        shown = [1e3 * t for t in times]
        median, longest = statistics.median(shown), max(shown)
        print(f"{name}: median {median:.0f} ms, longest {longest:.0f} ms after the pause")


if __name__ == "__main__":
    main()
