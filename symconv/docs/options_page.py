"""Every command with its arguments and options, from what the command line itself reads."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from enum import Enum
from typing import Any, get_args, get_origin, get_type_hints

from typer.models import ArgumentInfo, OptionInfo

from symconv.cli import app


def list_options() -> str:
    """A section for each command: how it is called, its words, and a table of what it takes."""
    return "\n\n".join(
        part for command in app.registered_commands for part in _describe_command(command)
    )


def _describe_command(command: Any) -> Iterator[str]:
    name = command.name or command.callback.__name__.replace("_", "-")
    yield f"### `symconv {name}`"
    yield _escape(re.sub(r"\s+", " ", inspect.getdoc(command.callback) or ""))
    rows = list(_list_rows(command.callback))
    if rows:
        yield "\n".join(["| argument or option | says | otherwise |", "|---|---|---|", *rows])


def _list_rows(function: Any) -> Iterator[str]:
    """A row for each argument and option: its spelling, what it says, what holds without it."""
    kinds = get_type_hints(function, include_extras=True)
    for parameter in inspect.signature(function).parameters.values():
        kind, *metadata = get_args(kinds[parameter.name])
        found = next(m for m in metadata if isinstance(m, ArgumentInfo | OptionInfo))
        if not getattr(found, "hidden", False):
            words = re.sub(r"\s+", " ", found.help or "")
            cells = _spell(parameter, kind, found), _escape(words), _tell_default(parameter)
            yield f"| {' | '.join(cells)} |"


def _spell(parameter: inspect.Parameter, kind: Any, found: Any) -> str:
    """`--name VALUE`, or the name of an argument."""
    if isinstance(found, ArgumentInfo):
        return f"`{_escape(found.metavar or parameter.name.upper())}`"
    long = f"--{parameter.name.replace('_', '-')}"
    # In an annotation the first spelling stands where typer looks for a default.
    first = found.default if isinstance(found.default, str) else ""
    spellings = [d for d in (first, *(found.param_decls or ())) if d.startswith("-")] or [long]
    flag = kind is bool or bool in get_args(kind)
    value = "" if flag else f" {found.metavar or _name_value(kind)}"
    return ", ".join(f"`{_escape(spelling.split('/')[0] + value)}`" for spelling in spellings)


def _name_value(kind: Any) -> str:
    """What stands behind an option: PATH, TEXT or a number."""
    inner = [k for k in get_args(kind) if k is not type(None)]
    if inner and all(isinstance(k, str) for k in inner):
        return "|".join(inner)
    if inspect.isclass(kind) and issubclass(kind, Enum):
        return "|".join(str(member.value) for member in kind)
    if get_origin(kind) is not None and inner:
        return _name_value(inner[0])
    return {"str": "TEXT", "int": "N", "float": "X"}.get(getattr(kind, "__name__", ""), "PATH")


def _tell_default(parameter: inspect.Parameter) -> str:
    """The default, where it is more than that nothing is asked for."""
    if parameter.default is parameter.empty:
        return "needed"
    shown = parameter.default.value if isinstance(parameter.default, Enum) else parameter.default
    return f"`{shown}`" if shown not in {None, False, ()} else ""


def _escape(text: str) -> str:
    """Words as a cell of a table."""
    return text.replace("|", "\\|").replace("<", "\\<")
