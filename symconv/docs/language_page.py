"""The page on the language: its grammar and examples, from the file that is held to the parser."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from symconv.language.parser import (
    DEEPEST,
    FUNCTIONS,
    LONGEST,
    MOST_DIGITS,
    REDUCTIONS,
    RELATIONS,
)
from symconv.network import parser as network_parser

GRAMMAR = Path(network_parser.__file__).parent / "grammar.ebnf"
COMMENT = re.compile(r"\(\*.*?\*\)", re.DOTALL)
RULE = re.compile(
    r"^[a-z]+(?: [a-z]+)?\s*= .*?;(?:[ ]*\(\*[^\n]*?\*\))?$", re.MULTILINE | re.DOTALL
)
EXAMPLE = re.compile(r"\| (input .*?)(?: \*\))?$", re.MULTILINE)


@cache
def read_grammar() -> tuple[tuple[str, str], ...]:
    """Every rule by its name, in the order of the file, as it stands there."""
    text = GRAMMAR.read_text(encoding="utf-8")
    return tuple((rule.split("=")[0].strip(), rule) for rule in RULE.findall(text))


def show_grammar(first: str, after: str = "") -> str:
    """The rules from one to the one before another, as a block."""
    names = [name for name, _ in read_grammar()]
    stop = names.index(after) if after else len(names)
    rules = [rule for _, rule in read_grammar()[names.index(first) : stop]]
    return "\n".join(["```ebnf", *rules, "```"])


def show_grammar_examples(number: str) -> str:
    """The examples of one comment of the grammar, which a test reads; the first has number 1."""
    text = GRAMMAR.read_text(encoding="utf-8")
    lists = [lines for lines in map(EXAMPLE.findall, COMMENT.findall(text)) if lines]
    return "\n".join(["```text", *lists[int(number) - 1], "```"])


def list_functions() -> str:
    """The functions, reductions and relations that the parser knows, a line each."""
    rows = (
        ("functions of an entry", FUNCTIONS),
        ("over indices, `sum(m<3, n<3) ...`", REDUCTIONS),
        ("in brackets, `[j <= i]`", RELATIONS),
    )
    lines = [f"| {words} | {', '.join(f'`{name}`' for name in names)} |" for words, names in rows]
    return "\n".join(["| where | names |", "|---|---|", *lines])


def list_language_limits() -> str:
    """What an equation may be at most."""
    return (
        f"An equation has at most {LONGEST:,} characters, a number at most {MOST_DIGITS} digits, "
        f"and brackets and signs are nested at most {DEEPEST} deep."
    )
