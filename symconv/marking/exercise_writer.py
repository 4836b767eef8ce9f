"""An exercise written down as the TOML file that `read_exercise` reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from .exercise import Exercise, ExerciseQuestion


def write_exercise(exercise: Exercise, values: str = "") -> str:
    """The TOML of an exercise; `values` is the name of the file of its numbers, beside it."""
    lines = [
        f"title = {_quote(exercise.title)}",
        f"network = {_quote(exercise.network.network)}",
    ]
    if exercise.network.notation:
        lines.append(f"notation = {_quote(exercise.network.notation)}")
    if values:
        lines.append(f"values = {_quote(values)}")
    for question in exercise.questions:
        lines += ["", *_list_lines(question)]
    return "\n".join(lines) + "\n"


def write_variant_list(title: str, files: Mapping[str, str]) -> str:
    """The TOML of an exercise with variants, each in the file that stands by its name."""
    lines = [f"title = {_quote(title)}", "", "[variants]"]
    return "\n".join([*lines, *(f"{_quote(n)} = {_quote(f)}" for n, f in files.items())]) + "\n"


def _list_lines(question: ExerciseQuestion) -> Iterator[str]:
    yield "[[question]]"
    yield f"id = {_quote(question.id)}"
    yield f"wanted = [{', '.join(map(_quote, question.wanted))}]"
    yield f"points = {question.points:g}"
    yield f"partial = {_quote(question.partial)}"
    if question.conditions:
        yield f"conditions = [{', '.join(map(_quote, question.conditions))}]"
    if question.explicit:
        yield "explicit = true"
    if question.mistakes:
        yield "[question.mistakes]"
    for name, mistake in question.mistakes.items():
        yield f"{name} = {{ points = {mistake.points:g}, hint = {_quote(mistake.hint)} }}"


def _quote(text: str) -> str:
    """A basic string of TOML, which is one of JSON but for the character DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
