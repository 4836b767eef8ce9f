"""The language server, driven over the protocol: by messages as bytes, and by a client."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from symconv.cli.lsp import lsp
from symconv.core.errors import MissingToolError
from symconv.editors.findings import JudgeTask
from symconv.editors.judge import TextJudge

NET = "input x 4 | dense W 3 -> z | relu -> y | half_sse t -> E"
MARK = f"<!-- symconv: {NET} -->\n"
WRONG = MARK + "𝐰 $dE/dy_i = t_i - y_i$\n"
RIGHT = WRONG.replace("t_i - y_i", "y_i - t_i")
ADDRESS = "file:///nowhere/a.md"
MISSING = "pygls is not there: pip install 'symconv[lsp]'"


class Inline:
    """Judges at once, in the same process."""

    def __init__(self, explain, told):
        self.judge, self.told = TextJudge(explain), told

    def start(self):
        pass

    def close(self):
        pass

    def forget(self, address):
        pass

    def submit(self, task):
        self.told(task, self.judge.judge(task))


class Wire:
    """A server in a thread, and what it is sent and says, byte by byte."""

    def __init__(self):
        server = pytest.importorskip("symconv.editors.server", reason=MISSING)
        ours, theirs = os.pipe(), os.pipe()
        self.out, self.back = os.fdopen(ours[1], "wb"), os.fdopen(theirs[0], "rb")
        self.number = 0
        self.kept = []

        def run():
            made, _ = server.build_server(Inline)
            with os.fdopen(ours[0], "rb") as reader, os.fdopen(theirs[1], "wb") as writer:
                made.start_io(server.LimitedInput(reader), writer)

        self.thread = threading.Thread(target=run, daemon=True)
        self.thread.start()

    def raw(self, data):
        self.out.write(data)
        self.out.flush()

    def send(self, method, params, *, answered=False):
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        if answered:
            self.number += 1
            message["id"] = self.number
        body = json.dumps(message).encode()
        self.raw(f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        return self.number

    def read(self):
        length = 0
        while line := self.back.readline().strip():
            if line.lower().startswith(b"content-length"):
                length = int(line.split(b":")[1])
        return json.loads(self.back.read(length))

    def until(self, wanted):
        while True:
            message = self.read()
            if wanted(message):
                return message
            self.kept.append(message)

    def ask(self, method, params):
        number = self.send(method, params, answered=True)
        return self.until(lambda m: m.get("id") == number)

    def diagnostics(self):
        said = "textDocument/publishDiagnostics"
        return self.until(lambda m: m.get("method") == said)["params"]["diagnostics"]

    def open(self, text, address=ADDRESS, language="markdown"):
        item = {"uri": address, "languageId": language, "version": 1, "text": text}
        self.send("textDocument/didOpen", {"textDocument": item})

    def change(self, text, version=2, address=ADDRESS):
        where = {"uri": address, "version": version}
        params = {"textDocument": where, "contentChanges": [{"text": text}]}
        self.send("textDocument/didChange", params)

    def point(self, line, character):
        return {
            "textDocument": {"uri": ADDRESS},
            "position": {"line": line, "character": character},
        }

    def close(self):
        self.ask("shutdown", None)
        self.out.close()
        self.thread.join(timeout=10)
        self.back.close()
        assert not self.thread.is_alive()


@pytest.fixture
def wire():
    found = Wire()
    answer = found.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    assert answer["result"]["capabilities"]["hoverProvider"]
    found.send("initialized", {})
    yield found
    found.close()


def test_a_wrong_formula_is_underlined_explained_and_corrected(wire):
    wire.open(WRONG)
    (quick,), (slow,) = wire.diagnostics(), wire.diagnostics()
    assert quick["range"] == slow["range"] == {
        "start": {"line": 1, "character": 4}, "end": {"line": 1, "character": 23},
    }  # fmt: skip
    assert (quick["code"], slow["code"], slow["severity"]) == ("wrong", "sign", 1)
    hover = wire.ask("textDocument/hover", wire.point(1, 9))["result"]
    assert "correct: " in hover["contents"]["value"]
    where = {"start": {"line": 1, "character": 5}, "end": {"line": 1, "character": 5}}
    params = {"textDocument": {"uri": ADDRESS}, "range": where, "context": {"diagnostics": []}}
    (action,) = wire.ask("textDocument/codeAction", params)["result"]
    (edit,) = action["edit"]["changes"][ADDRESS]
    line = WRONG.split("\n")[1].encode("utf-16-le")
    start, stop = (edit["range"][e]["character"] for e in ("start", "end"))
    text = line[: 2 * start] + edit["newText"].encode("utf-16-le") + line[2 * stop :]
    corrected = f"{MARK}{text.decode('utf-16-le')}\n"
    assert corrected == RIGHT
    wire.change(corrected)
    assert wire.diagnostics() == []
    assert wire.ask("textDocument/hover", wire.point(0, 2))["result"] is None


def test_of_many_changes_the_last_one_is_shown(wire):
    wire.open(RIGHT)
    assert wire.diagnostics() == []
    for version in range(2, 60):
        wire.change(RIGHT + "x" * version, version)
    wire.change(WRONG, 60)
    assert [d["code"] for d in wire.diagnostics()] == ["wrong"]
    assert not [m for m in wire.kept if m.get("method") == "textDocument/publishDiagnostics"]


def test_a_closed_text_is_underlined_no_more(wire):
    wire.open(WRONG)
    wire.diagnostics(), wire.diagnostics()
    wire.send("textDocument/didClose", {"textDocument": {"uri": ADDRESS}})
    assert wire.diagnostics() == []


def test_cells_of_a_notebook_are_underlined_each_in_its_text(wire):
    cells = {"u": NET, "v": "And\n$dE/dy_i = t_i - y_i$"}
    tags = {"u": {"tags": ["symconv"]}, "v": {}}
    listed = [{"kind": 1, "document": name, "metadata": tags[name]} for name in cells]
    texts = [
        {"uri": name, "languageId": "markdown", "version": 1, "text": text}
        for name, text in cells.items()
    ]
    book = {
        "uri": "file:///nowhere/a.ipynb", "notebookType": "jupyter-notebook", "version": 1,
        "cells": listed,
    }  # fmt: skip
    params = {"notebookDocument": book, "cellTextDocuments": texts}
    wire.send("notebookDocument/didOpen", params)
    assert wire.diagnostics() == []
    (found,) = wire.diagnostics()
    assert found["range"]["start"] == {"line": 1, "character": 1}


BROKEN = {
    "no JSON": b"Content-Length: 5\r\n\r\n{bad}",
    "not UTF-8": b"Content-Length: 4\r\n\r\n\xff\xfe\xfd\xfc",
    "no object": b"Content-Length: 4\r\n\r\nnull",
    "a list": b"Content-Length: 2\r\n\r\n[]",
    "no header": b"hello\r\n\r\nContent-Length: x\r\n\r\n",
    "negative": b"Content-Length: -4\r\n\r\n",
    "deep": b"Content-Length: 100000\r\n\r\n" + b"[" * 100_000,
    "no method": b'Content-Length: 17\r\n\r\n{"jsonrpc":"2.0"}',
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_message_is_passed_over(wire, name):
    wire.raw(BROKEN[name])
    wire.open(RIGHT)
    assert wire.diagnostics() == []


def test_messages_about_nothing_are_passed_over(wire):
    wire.send("$/cancelRequest", {"id": 77})
    wire.send("$/unknown", {})
    wire.change(WRONG)
    wire.send("textDocument/didClose", {"textDocument": {"uri": "file:///b.md"}})
    assert "error" in wire.ask("symconv/nothing", {})
    wire.send("textDocument/hover", {"wrong": 1}, answered=True)
    assert wire.ask("textDocument/hover", wire.point(10**9, 10**9))["result"] is None
    wire.open("\ud800 $x$" + RIGHT)
    assert wire.diagnostics() == []
    wire.open("print(1)", "file:///a.py", "python")
    wire.open(WRONG, "not an address [", "markdown")
    assert [d["code"] for d in wire.diagnostics()] == ["wrong"]


def test_a_missing_library_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygls.lsp.server", None)
    monkeypatch.delitem(sys.modules, "symconv.editors.server", raising=False)
    with pytest.raises(MissingToolError, match="needs pygls") as caught:
        lsp()
    assert "symconv[lsp]" in str(caught.value)


@pytest.mark.rest
def test_a_client_is_served_over_standard_streams():
    """The library's own client; the judges are processes, one of which is killed."""
    pytest.importorskip("pygls", reason=MISSING)
    asyncio.run(drive())


async def drive():
    from lsprotocol import types as t
    from pygls.lsp.client import LanguageClient

    client, shown = LanguageClient("test", "1"), asyncio.Queue()
    client.feature(t.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda p: shown.put_nowait(p.diagnostics))

    async def codes():
        return [d.code for d in await asyncio.wait_for(shown.get(), 120)]

    await client.start_io(sys.executable, "-m", "symconv", "lsp")
    await client.initialize_async(t.InitializeParams(t.ClientCapabilities(), os.getpid()))
    client.initialized(t.InitializedParams())
    item = t.TextDocumentItem(ADDRESS, "markdown", 1, WRONG)
    client.text_document_did_open(t.DidOpenTextDocumentParams(item))
    assert (await codes())[0] in {"wrong", "sign"}
    await asyncio.sleep(1)
    where = t.VersionedTextDocumentIdentifier(2, ADDRESS)
    whole = t.TextDocumentContentChangeWholeDocument(RIGHT)
    client.text_document_did_change(t.DidChangeTextDocumentParams(where, [whole]))
    while await codes():
        pass
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()


@pytest.mark.rest
@pytest.mark.parametrize("last", ["exit", None], ids=["told to", "left alone"])
def test_a_server_ends_without_a_word(last):
    """When it is told to, or when the editor is gone."""
    pytest.importorskip("pygls", reason=MISSING)
    first = {"processId": None, "rootUri": None, "capabilities": {}}
    sent = [("initialize", first, 1), ("shutdown", None, 2)]
    bodies = [json.dumps({"jsonrpc": "2.0", "method": m, "params": p, "id": n}) for m, p, n in sent]
    bodies += [json.dumps({"jsonrpc": "2.0", "method": last})] if last else []
    data = "".join(f"Content-Length: {len(b)}\r\n\r\n{b}" for b in bodies).encode()
    command = [sys.executable, "-m", "symconv", "lsp"]
    done = subprocess.run(command, input=data, capture_output=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.rest
def test_a_judge_that_ends_is_said_and_another_one_begins():
    foreman = pytest.importorskip("symconv.editors.foreman")
    heard = []
    one = foreman.Foreman(
        explain=False,
        told=lambda task, found: heard.append((task.version, found)),
        silent_seconds=600,
    )
    one.start()
    slow = MARK + "\n\n".join(f"$dE/dW_{{qr}} = {n} x_r (y_q - t_q)$" for n in range(1500))
    one.submit(JudgeTask("a", 1, "a.md", slow))
    _wait(lambda: one.current is not None and one.process is not None)
    os.kill(one.process.pid, signal.SIGKILL)
    _wait(lambda: len(heard) == 1)
    assert "ended" in heard[0][1].findings[0].message
    one.submit(JudgeTask("a", 2, "a.md", WRONG))
    _wait(lambda: len(heard) == 2)
    assert [f.code for f in heard[1][1].findings] == ["wrong"]
    one.submit(JudgeTask("a", 3, "a.md", slow))
    _wait(lambda: one.current is not None)
    one.submit(JudgeTask("a", 4, "a.md", RIGHT))
    _wait(lambda: len(heard) == 3)
    assert heard[2][0] == 4, "the state in between was left"
    one.close()
    assert one.process is None


def _wait(condition):
    for _ in range(6000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError
