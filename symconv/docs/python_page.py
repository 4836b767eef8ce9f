"""The Python reference, made of the docstrings of what `symconv.__all__` names and answers."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import symconv
from symconv.claims.model.verdict import Cause, Verdict
from symconv.codegen.compiled import Compiled
from symconv.imports import ImportedNetwork
from symconv.render.derivation_document import DerivationDocument
from symconv.training import EpochRecord, Trained
from symconv.verify.record import Check

ANSWERS = (
    DerivationDocument,
    Verdict,
    Cause,
    Check,
    Compiled,
    ImportedNetwork,
    Trained,
    EpochRecord,
)
"""What the functions and methods of the package answer, beyond what it names itself."""

CODE = re.compile(r"(`[^`]*`)")
MARKUP = re.compile(r"([\\*_\[\]<>$|])")
SECTION = re.compile(r"(?:Args|Returns|Raises|Attributes|Yields):")
ARGUMENT = re.compile(r"([\w*, ]+): (.*)", re.DOTALL)
LONGEST_SIGNATURE = 88
"""Characters of a line of code: a longer signature has a line for each argument."""


def python_page() -> str:
    """The page as Markdown."""
    parts = [
        "# Python",
        "What `import symconv` gives and what that answers, made of the docstrings.",
        *_convert_docstring(symconv),
    ]
    for name in symconv.__all__:
        if name != "__version__":
            parts += _describe(f"symconv.{name}", getattr(symconv, name))
    for kind in ANSWERS:
        parts += _describe(kind.__name__, kind)
    return "\n\n".join(parts) + "\n"


def _describe(name: str, thing: Any) -> Iterator[str]:
    """A class with its methods, or a function."""
    yield f"## `{name}`"
    if not inspect.isclass(thing):
        yield _show_signature(name, thing)
        yield from _convert_docstring(thing)
        return
    if "__init__" in vars(thing) and not issubclass(thing, Exception):
        yield _show_signature(name, thing)
    yield from _convert_docstring(thing)
    for member, found in vars(thing).items():
        yield from _describe_member(name, member, found)


def _describe_member(owner: str, member: str, found: Any) -> Iterator[str]:
    """A public method or property that has a docstring."""
    is_property = isinstance(found, property | cached_property)
    function = found.__func__ if isinstance(found, classmethod | staticmethod) else found
    if member.startswith("_") or not (is_property or inspect.isfunction(function)):
        return
    if not inspect.getdoc(function):
        return
    yield f"### `{owner.rsplit('.', 1)[-1]}.{member}`"
    if not is_property:
        yield _show_signature(f"{owner.rsplit('.', 1)[-1]}.{member}", function)
    yield from _convert_docstring(function)


def _show_signature(name: str, thing: Callable[..., Any]) -> str:
    """How it is called, as the source says it."""
    signature = inspect.signature(thing)
    known = list(signature.parameters.values())
    given = list(_list_parameters([p for p in known if p.name not in OWNERS]))
    kind = signature.return_annotation
    result = "" if inspect.isclass(thing) or kind is signature.empty else f" -> {_name_type(kind)}"
    line = f"{name}({', '.join(given)}){result}"
    if len(line) > LONGEST_SIGNATURE:
        line = "\n".join([f"{name}(", *(f"    {words}," for words in given), f"){result}"])
    return f"```python\n{line}\n```"


OWNERS = {"self", "cls"}
PLAIN = (str, int, float, bool, tuple, type(None))


def _list_parameters(given: list[inspect.Parameter]) -> Iterator[str]:
    """The parameters as they are written, with the star before those that are given by name."""
    starred = False
    for parameter in given:
        starred |= parameter.kind is parameter.VAR_POSITIONAL
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            starred = True
            yield "*"
        words = str(parameter.replace(annotation=parameter.empty, default=parameter.empty))
        if parameter.annotation is not parameter.empty:
            words += f": {_name_type(parameter.annotation)}"
        if parameter.default is not parameter.empty:
            plain = isinstance(parameter.default, PLAIN)
            words += f" = {parameter.default!r}" if plain else " = ..."
        yield words


def _name_type(annotation: Any) -> str:
    """An annotation as it is written."""
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)


def _convert_docstring(thing: Any) -> Iterator[str]:
    """A docstring as Markdown: paragraphs, examples as code, arguments as a list."""
    lines = (inspect.getdoc(thing) or "").split("\n")
    for block in re.split(r"\n{2,}", "\n".join(lines)):
        head, _, rest = block.partition("\n")
        if block.startswith(("    ", ">>> ")):
            code = inspect.cleandoc(block)
            # An empty line ends the last output for doctest.
            yield f"```python\n{code}\n{'' if '>>> ' not in code else chr(10)}```"
        elif SECTION.fullmatch(head):
            yield "\n".join([f"{head}", "", *map(_show_argument, _join_indented(rest))])
        elif block:
            yield _escape_words(block)


def _join_indented(text: str) -> list[str]:
    """The items of a section, each with the lines that go on with it."""
    return re.findall(r"^    (\S.*(?:\n {5,}.*)*)", text, re.MULTILINE)


def _show_argument(item: str) -> str:
    words = re.sub(r"\s+", " ", item)
    found = ARGUMENT.fullmatch(words)
    return f"- `{found[1]}`: {_escape_words(found[2])}" if found else f"- {_escape_words(words)}"


def _escape_words(text: str) -> str:
    """Words with what Markdown would take for itself escaped outside of code."""
    parts = CODE.split(text)
    return "".join(p if n % 2 else MARKUP.sub(r"\\\1", p) for n, p in enumerate(parts))
