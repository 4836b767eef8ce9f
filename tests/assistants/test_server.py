"""The server of an assistant's tools, driven by a client of the protocol."""

import json
import os
import subprocess
import sys

import anyio
import pytest
from jsonschema import Draft202012Validator

from symconv.assistants.tool_process import answer_or_say
from symconv.assistants.tools import ToolAnswer
from symconv.cli.mcp import mcp
from symconv.core.errors import MissingToolError, SymconvError

TINY = "input x 3 | dense w 2 -> h | sse t -> C"
WRONG = {"network": TINY, "text": "dC/dh_0 = t_0 - h_0"}
MISSING = "mcp is not there: pip install 'symconv[mcp]'"


class Inline:
    """Has tools called in the same process."""

    def call(self, name, arguments, _given_up):
        found = answer_or_say(name, arguments)
        if isinstance(found, ToolAnswer):
            return found
        raise SymconvError(found)

    def end(self):
        pass


def talk(conversation, *, inline=True):
    """Run a conversation with a client, in this process or over standard streams."""
    pytest.importorskip("mcp", reason=MISSING)
    from mcp import Client
    from mcp.client.stdio import StdioServerParameters

    from symconv.assistants.server import build_server

    command = StdioServerParameters(
        command=sys.executable, args=["-m", "symconv", "mcp"], env=dict(os.environ)
    )

    async def run():
        async with Client(build_server(Inline()) if inline else command) as client:
            await conversation(client)

    anyio.run(run)


async def ask_everything(client):
    listed = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(listed) == {"check", "derive", "trace", "generate"}
    for tool in listed.values():
        assert tool.description
        assert tool.annotations.read_only_hint
        Draft202012Validator.check_schema(tool.input_schema)
    calls = {"check": WRONG} | {n: {"network": TINY} for n in ("derive", "trace", "generate")}
    for name, arguments in calls.items():
        found = await client.call_tool(name, arguments)
        assert not found.is_error
        Draft202012Validator(listed[name].output_schema).validate(found.structured_content)
    found = await client.call_tool("check", WRONG)
    assert "correct: " in found.content[0].text


async def ask_wrongly(client):
    wrong = {
        "text: 3 is not of type": ("check", {"network": TINY, "text": 3}),
        "'text' is a required property": ("check", {"network": TINY}),
        "'file' was unexpected": ("derive", {"network": TINY, "file": "/etc/passwd"}),
        "is no network": ("derive", {"network": "/etc/passwd"}),
        "no tensor 'q'": ("derive", {"network": TINY, "wrt": ["q"]}),
        "no tool is called": ("chekc", {}),
    }
    for said, (name, arguments) in wrong.items():
        found = await client.call_tool(name, arguments)
        assert found.is_error
        assert said in found.content[0].text
        assert found.content[0].text.startswith("error: ")
    assert not (await client.call_tool("check", WRONG)).is_error


def test_every_tool_answers_as_its_schema_says():
    talk(ask_everything)


def test_a_wrong_call_is_an_error_of_the_tool_in_one_message():
    talk(ask_wrongly)


@pytest.mark.rest
def test_a_client_is_served_over_standard_streams():
    async def both(client):
        await ask_everything(client)
        await ask_wrongly(client)

    talk(both, inline=False)


@pytest.mark.rest
def test_a_call_that_is_given_up_stops_no_other():
    async def give_up(client):
        with anyio.move_on_after(0.01):
            await client.call_tool("derive", {"network": "lenet5", "detail": "full"})
        assert not (await client.call_tool("check", WRONG)).is_error

    talk(give_up, inline=False)


@pytest.mark.rest
def test_broken_messages_are_passed_over():
    pytest.importorskip("mcp", reason=MISSING)
    first = {
        "protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    }  # fmt: skip
    lines = [
        b'{"bad', b"\xff\xfe", b"[]", b"null", b"[" * 100_000, b'{"jsonrpc": "2.0"}',
        _message("initialize", first, 1), _message("notifications/initialized", {}),
        b'{"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": 3}}',
        _message("notifications/cancelled", {"requestId": 99}),
        _message("tools/list", {}, 3),
    ]  # fmt: skip
    command = [sys.executable, "-m", "symconv", "mcp"]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    server.stdin.write(b"\n".join(lines) + b"\n")
    server.stdin.flush()
    for line in server.stdout:
        if json.loads(line).get("id") == 3:
            break
    else:
        raise AssertionError
    server.stdin.close()
    assert server.wait(timeout=120) == 0
    server.stdout.close()


def _message(method, params, number=None):
    message = {"jsonrpc": "2.0", "method": method, "params": params}
    return json.dumps(message | ({"id": number} if number else {})).encode()


def test_a_missing_library_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "mcp.server.lowlevel", None)
    monkeypatch.delitem(sys.modules, "symconv.assistants.server", raising=False)
    with pytest.raises(MissingToolError, match="needs the package mcp") as caught:
        mcp()
    assert "symconv[mcp]" in str(caught.value)
