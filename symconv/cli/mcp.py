"""`symconv mcp`: derive, check, trace and generate as tools of an assistant."""

from __future__ import annotations

from symconv.core.errors import MissingToolError

NEEDS = "pip install 'symconv[mcp]'"


def mcp() -> None:
    """Serve an assistant by the Model Context Protocol, over standard input and output.

    Its tools are check, derive, trace and generate: no file is read or written, no code is run.
    """
    try:
        from symconv.assistants.server import serve
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in {"mcp", "mcp_types", "anyio", "jsonschema"}:
            raise
        raise MissingToolError("symconv mcp needs the package mcp", help=NEEDS) from None
    serve()
