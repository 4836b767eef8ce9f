"""The server of the Model Context Protocol: it lists the tools, and has them called."""

from __future__ import annotations

import logging
import os
import threading
from typing import Any

import anyio
import mcp_types as types
from jsonschema import Draft202012Validator
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from symconv import __version__
from symconv.core.errors import SymconvError
from symconv.core.printable import escape_line

from .tool_process import ToolProcess
from .tools import TOOLS, Tool, ToolAnswer

INSTRUCTIONS = (
    "symconv derives, checks and explains gradients of convolutional networks. Its verdicts are "
    "proved: call check before telling somebody that a formula is right or wrong, and quote the "
    "correct formula that it gives. What it took for granted stands under 'taken'."
)
LONGEST_COMPLAINT = 300
"""How much of what is wrong with an argument is said, which may repeat the argument."""


class ToolDesk:
    """Answers calls one after another, in a process that can be ended."""

    def __init__(self, process: ToolProcess) -> None:
        self.process = process
        self.lock = anyio.Lock()

    async def list_tools(self, _context: Any, _params: Any) -> Any:
        return types.ListToolsResult(tools=[_describe(tool) for tool in TOOLS.values()])

    async def call(self, _context: Any, params: Any) -> Any:
        """The answer of a tool, or its error in one message."""
        arguments = params.arguments or {}
        try:
            refuse_misfit(params.name, arguments)
            found = await self.work(params.name, arguments)
        except SymconvError as error:
            said = types.TextContent(type="text", text=f"error: {error}")
            return types.CallToolResult(content=[said], is_error=True)
        shown = types.TextContent(type="text", text=found.text)
        return types.CallToolResult(content=[shown], structured_content=found.data)

    async def work(self, name: str, arguments: dict[str, Any]) -> ToolAnswer:
        """Have a tool called; where nobody waits any more, its thread gives it up by itself."""
        given_up = threading.Event()
        async with self.lock:
            try:
                return await anyio.to_thread.run_sync(
                    self.process.call, name, arguments, given_up, abandon_on_cancel=True
                )
            finally:
                given_up.set()


def refuse_misfit(name: str, arguments: dict[str, Any]) -> None:
    """SymconvError, in one line, where arguments are not what the schema of a tool says."""
    if name not in TOOLS:
        return
    for error in Draft202012Validator(TOOLS[name].input_schema).iter_errors(arguments):
        place = ".".join(map(str, error.absolute_path)) or "arguments"
        raise SymconvError(f"{place}: {escape_line(error.message[:LONGEST_COMPLAINT])}")


def _describe(tool: Tool) -> Any:
    """A tool as the protocol has it."""
    hints = types.ToolAnnotations(
        read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    )
    return types.Tool(
        name=tool.name,
        description=tool.purpose,
        input_schema=tool.input_schema,
        output_schema=tool.output_schema,
        annotations=hints,
    )


def build_server(process: ToolProcess) -> Any:
    """A server with the tools, which are called in a process."""
    desk = ToolDesk(process)
    return Server(
        "symconv",
        version=__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=desk.list_tools,
        on_call_tool=desk.call,
    )


def serve() -> None:
    """Serve one client over the standard streams, until it goes."""
    if not os.environ.get("SYMCONV_TRACEBACK"):
        logging.disable(logging.CRITICAL)
    process = ToolProcess()

    async def run() -> None:
        server = build_server(process)
        async with stdio_server() as (reads, writes):
            await server.run(reads, writes, server.create_initialization_options())

    try:
        anyio.run(run)
    finally:
        process.end()
