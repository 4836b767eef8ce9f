"""The tools: plain data in, plain data out. No file is read or written, and no code is run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symconv.api import Network
from symconv.claims.model.verdict import format_verdict, summarize_verdicts
from symconv.core.errors import SymconvError, did_you_mean
from symconv.documents.networks import is_network_text
from symconv.network.examples import BY_NAME
from symconv.notation.presets import ASSUMED
from symconv.schemas import with_format
from symconv.trace import trace_network

from .tool_schemas import describe_input, describe_output

MOST_ANSWER = 200_000
"""The most characters of an answer, text and data: what a reader of many pages takes in at once."""

Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class ToolAnswer:
    """What a tool found: `text` for a reader, `data` as the tool's output schema has it."""

    text: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Tool:
    """A function that may be called by its name, and what it is for."""

    name: str
    purpose: str
    run: Callable[[Arguments], ToolAnswer]

    @property
    def input_schema(self) -> dict[str, Any]:
        return describe_input(self.name)

    @property
    def output_schema(self) -> dict[str, Any]:
        return describe_output(self.name)


def call_tool(name: str, arguments: Arguments) -> ToolAnswer:
    """The answer of a tool; SymconvError where there is none of that name, or it is too long."""
    if name not in TOOLS:
        raise SymconvError(f"no tool is called '{name:.40}'", help=did_you_mean(name[:40], TOOLS))
    found = TOOLS[name].run(arguments)
    size = len(found.text) + len(json.dumps(found.data, ensure_ascii=False))
    if size > MOST_ANSWER:
        raise SymconvError(
            f"the answer has {size:,} characters, and at most {MOST_ANSWER:,} are given",
            help="ask for one tensor ('wrt'), for less at a time, or in another form",
        )
    return found


def read_network(arguments: Arguments) -> Network:
    """The network that is meant: an example's name, or a text; never a file."""
    given, notation = arguments["network"], arguments.get("notation")
    if given in BY_NAME:
        found = Network.example(given)
        return found.in_notation(notation) if notation else found
    if not is_network_text(given):
        raise SymconvError(
            f"'{given:.40}' is no network",
            help=f"{did_you_mean(given[:40], BY_NAME)}; a network text looks like "
            "'input i 3x3 | conv w 2x2 -> o | sse y -> C'",
        )
    return Network.parse(given, notation or ASSUMED)


def list_taken(network: Network) -> list[str]:
    """What was taken for granted: how each name was read, the notation, and conventions."""
    notation = f"entries are written in the notation {network.notation.name}"
    return [*network.reading, *network.remarks, notation, *network.conventions]


def answer_derive(arguments: Arguments) -> ToolAnswer:
    """The derivation of gradients, step by step, as text, LaTeX, Markdown, or data."""
    network, form = read_network(arguments), arguments.get("format", "text")
    found = network.derivation(*arguments.get("wrt", ()))
    detail = arguments.get("detail", "normal")
    taken = list_taken(network)
    if form == "json":
        data = json.loads(found.json(detail=detail))
        return ToolAnswer(found.text(detail=detail), {"taken": taken, "derivation": data})
    text = getattr(found, form)(detail=detail)
    return ToolAnswer(text, {"taken": taken, "text": text})


def answer_check(arguments: Arguments) -> ToolAnswer:
    """The verdict on each statement of a text, with the mistake and the correct formula."""
    network, text = read_network(arguments), arguments["text"]
    values = arguments.get("values")
    found: Sequence[Any] = network.check_post(text, values, seconds=arguments.get("seconds", 10))
    found = found or (network.check(text, values),)
    said = "\n".join([*map(format_verdict, found), summarize_verdicts(found)])
    data = with_format("verdicts", {"verdicts": [v.data() for v in found]})
    return ToolAnswer(said, {"taken": list_taken(network), **data})


def answer_trace(arguments: Arguments) -> ToolAnswer:
    """The forward and the backward pass in numbers, every entry with its terms."""
    network = read_network(arguments)
    values = arguments.get("values", "random:7")
    found = trace_network(network, values, digits=arguments.get("digits"))
    data = {"taken": list_taken(network), "trace": json.loads(found.json())}
    return ToolAnswer(found.text(), data)


def answer_generate(arguments: Arguments) -> ToolAnswer:
    """A module with the forward and the backward pass, as text; it is not run, and not compiled."""
    network, style = read_network(arguments), arguments.get("style", "readable")
    if wanted := arguments.get("wrt"):
        network = network.only(*wanted)
    source = network.generate_c().source if style == "c" else network.numpy_source(style)
    language = "c" if style == "c" else "python"
    data = {"taken": list_taken(network), "language": language, "source": source}
    return ToolAnswer(source, data)


TOOLS: Mapping[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool(
            "check",
            "Check formulas about the gradients of a network: each statement of a text is proved "
            "right or wrong; what is wrong gets the name of the mistake, the correct formula and "
            "an example in numbers.",
            answer_check,
        ),
        Tool(
            "derive",
            "Derive the gradients of a network step by step, each step named and machine-checked.",
            answer_derive,
        ),
        Tool(
            "trace",
            "Work a network out in numbers, forward and backward, every entry with its terms.",
            answer_trace,
        ),
        Tool(
            "generate",
            "Write a module with the forward and the backward pass of a network, as text.",
            answer_generate,
        ),
    )
}
