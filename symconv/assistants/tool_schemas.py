"""The schemas of what the tools take and give, made of those of `symconv/schemas`."""

from __future__ import annotations

from typing import Any

from symconv.claims.model.errors import MOST_POST
from symconv.network.examples import BY_NAME
from symconv.network.parser import LONGEST_TEXT
from symconv.schemas import read_schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MOST_SECONDS = 20
"""What a text may take at most, in seconds of work; a call ends some seconds later whatever it
does."""

MOST_NAMES = 40
"""How many tensors may be named; a network of people has fewer."""

LONGEST_NAME = 100
"""The longest name of a tensor, or of a notation, in characters."""

STYLES = ("readable", "loops", "fast", "c", "torch", "jax")

NETWORK = {
    "type": "string", "minLength": 1, "maxLength": LONGEST_TEXT,
    "description": "A network text, such as 'input i 3x3 | conv w 2x2 -> o | conv w 2x2 -> o | "
    f"sse y -> C', or an example's name: {', '.join(sorted(BY_NAME))}.",
}  # fmt: skip
NOTATION = {
    "type": "string", "maxLength": LONGEST_NAME,
    "description": "How entries are numbered: ij0, ij1, flat0 or flat1.",
}  # fmt: skip
WRT = {
    "type": "array", "maxItems": MOST_NAMES,
    "items": {"type": "string", "maxLength": LONGEST_NAME},
    "description": "The tensors to differentiate by, such as w^1; all without it.",
}  # fmt: skip
VALUES = {
    "type": "object",
    "description": "Numbers for inputs, weights and targets: names, each with nested lists.",
}
INPUTS: dict[str, dict[str, Any]] = {
    "check": {
        "text": {
            "type": "string", "minLength": 1, "maxLength": MOST_POST,
            "description": "One formula, or a whole text with formulas: LaTeX, Markdown, Unicode, "
            "plain text or lines of NumPy.",
        },
        "values": VALUES,
        "seconds": {
            "type": "number", "exclusiveMinimum": 0, "maximum": MOST_SECONDS,
            "description": "What the text may take, counted in work; 10 without it.",
        },
    },
    "derive": {
        "wrt": WRT,
        "format": {"enum": ["text", "latex", "markdown", "json"]},
        "detail": {"enum": ["terse", "normal", "full"]},
    },
    "trace": {
        "values": {
            "anyOf": [VALUES, {"type": "string", "pattern": "^random:[0-9]{1,9}$"}],
            "description": "Numbers by name, or random:7 for small ones drawn with the seed 7.",
        },
        "digits": {"type": "integer", "minimum": 0, "maximum": 30},
    },
    "generate": {"style": {"enum": list(STYLES)}, "wrt": WRT},
}  # fmt: skip
REQUIRED = {"check": ["network", "text"]}
TAKEN = {
    "type": "array", "items": {"type": "string"},
    "description": "What was taken for granted: how names were read, notation, conventions.",
}  # fmt: skip


def describe_input(name: str) -> dict[str, Any]:
    """What a tool takes."""
    return {
        "$schema": DIALECT,
        "type": "object",
        "properties": {"network": NETWORK, "notation": NOTATION, **INPUTS[name]},
        "required": REQUIRED.get(name, ["network"]),
        "additionalProperties": False,
    }


def describe_output(name: str) -> dict[str, Any]:
    """What a tool gives."""
    match name:
        case "check":
            schema = read_schema("verdicts")
            properties = {"taken": TAKEN, **schema["properties"]}
            return _describe(properties, ["taken", "format", "verdicts"], schema.get("$defs"))
        case "derive":
            inner = read_schema("derivation")
            kept = inner.pop("$defs", None)
            return _describe(
                {"taken": TAKEN, "text": {"type": "string"}, "derivation": _embed(inner)},
                ["taken"],
                kept,
            )
        case "trace":
            inner = read_schema("trace")
            kept = inner.pop("$defs", None)
            return _describe({"taken": TAKEN, "trace": _embed(inner)}, ["taken", "trace"], kept)
    text = {"type": "string"}
    properties = {"taken": TAKEN, "language": {"enum": ["python", "c"]}, "source": text}
    return _describe(properties, list(properties), None)


def _embed(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema as a part of another, which has its definitions."""
    return {key: value for key, value in schema.items() if key != "$schema"}


def _describe(
    properties: dict[str, Any], required: list[str], kept: dict[str, Any] | None
) -> dict[str, Any]:
    described = {
        "$schema": DIALECT, "type": "object", "properties": properties, "required": required,
    }  # fmt: skip
    return described | ({"$defs": kept} if kept else {})
