"""The texts that are open in an editor: which state each has, and what is known of it.

Nothing here knows the protocol. Two processes judge every state of a text: one says quickly what is
right and what is not, the other why. What is about an earlier state is dropped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePath
from typing import Any, Protocol

from symconv.documents.readers.table import is_document

from .findings import JudgedText, JudgeTask, TextFinding, TextPosition
from .text_lines import TextLines

PAUSE_SECONDS = 0.15
"""How long a writer has to rest before a text is judged: longer than between two keys."""

LANGUAGES = {
    "markdown": ".md", "latex": ".tex", "tex": ".tex", "restructuredtext": ".rst",
    "quarto": ".qmd", "rmd": ".rmd",
}  # fmt: skip
"""What a text is written in where its name does not say so, by the editor's word for it."""

NOTEBOOK = ".ipynb"


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook: its own address, its text, its kind, and the tags that it has."""

    address: str
    text: str
    kind: str = "markdown"
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenText:
    """A state of a text, or of the cells of a notebook."""

    address: str
    file: str
    text: str
    cells: tuple[Cell, ...] = ()

    @cached_property
    def lines(self) -> TextLines:
        return TextLines(self.text)

    @cached_property
    def cell_lines(self) -> tuple[TextLines, ...]:
        return tuple(TextLines(cell.text) for cell in self.cells)

    def find_lines(self, cell: int) -> TextLines:
        """The lines of a cell by its number, or of a text that has none."""
        return self.cell_lines[cell - 1] if 0 < cell <= len(self.cells) else self.lines


@dataclass
class TextState:
    """What is known of an open text: `version` counts its states, `found` is the one judged."""

    opened: OpenText
    version: int = 1
    found: int = 0
    explained: int = 0
    findings: tuple[TextFinding, ...] = ()
    reasons: dict[tuple[str, str], TextFinding] = field(default_factory=dict)
    timer: Timer | None = None


class Timer(Protocol):
    """Something that will be done later, unless it is called off."""

    def cancel(self) -> None: ...


class Judges(Protocol):
    """Whoever judges: `Foreman`, or what a test puts in its place."""

    def start(self) -> None: ...

    def close(self) -> None: ...

    def submit(self, task: JudgeTask) -> None: ...

    def forget(self, address: str) -> None: ...


@dataclass
class Session:
    """The open texts of an editor. `publish` shows the findings on one of them."""

    judges: Sequence[Judges]
    publish: Callable[[OpenText, tuple[TextFinding, ...]], None]
    later: Callable[[float, Callable[[], None]], Timer]
    pause: float = PAUSE_SECONDS
    texts: dict[str, TextState] = field(default_factory=dict)

    def open(self, opened: OpenText) -> None:
        """A text is opened: it is judged at once."""
        self.close(opened.address)
        self.texts[opened.address] = TextState(opened)
        self.submit(opened.address)

    def change(self, opened: OpenText) -> None:
        """A text has another state, and is judged when its writer rests."""
        state = self.texts.get(opened.address)
        if state is None:
            self.open(opened)
            return
        state.opened = opened
        state.version += 1
        if state.timer is not None:
            state.timer.cancel()
        state.timer = self.later(self.pause, lambda: self.submit(opened.address))

    def close(self, address: str) -> None:
        """A text is closed, and nothing is shown of it any more."""
        state = self.texts.pop(address, None)
        if state is None:
            return
        if state.timer is not None:
            state.timer.cancel()
        for judges in self.judges:
            judges.forget(address)
        self.publish(state.opened, ())

    def judge_again(self) -> None:
        """The options of a project have changed: every text is judged anew."""
        for address, state in self.texts.items():
            state.version += 1
            self.submit(address)

    def submit(self, address: str) -> None:
        """Have the newest state of a text judged."""
        state = self.texts.get(address)
        if state is None:
            return
        opened = state.opened
        text = write_notebook(opened.cells) if opened.cells else opened.text
        task = JudgeTask(address, state.version, opened.file, text, bool(opened.cells))
        for judges in self.judges:
            judges.submit(task)

    def take(self, task: JudgeTask, judged: JudgedText, *, explained: bool) -> None:
        """What was found in a state of a text; nothing, where it has another one by now."""
        state = self.texts.get(task.address)
        if state is None or task.version != state.version:
            return
        if explained:
            state.explained = state.version
            state.reasons = {(f.statement, f.severity): f for f in judged.findings}
            findings = judged.findings
        elif state.explained == state.version:
            return
        else:
            findings = tuple(_recall_reasons(f, state.reasons) for f in judged.findings)
        if state.found != state.version or findings != state.findings:
            state.findings, state.found = findings, state.version
            self.publish(state.opened, findings)

    def find(self, address: str, cell: int, position: TextPosition) -> list[TextFinding]:
        """The findings at a position of the newest state; none while it is not judged yet."""
        state = self.texts.get(address)
        if state is None or state.found != state.version:
            return []
        return [f for f in state.findings if f.cell == cell and f.where.holds(position)]


def _recall_reasons(found: TextFinding, reasons: dict[tuple[str, str], TextFinding]) -> TextFinding:
    """A finding with the reasons that were given for the same statement before."""
    known = reasons.get((found.statement, found.severity)) if found.statement else None
    if known is None:
        return found
    return replace(found, code=known.code, message=known.message, details=known.details)


def name_file(path: str | None, language: str) -> str:
    """The file of a text, by whose ending it is read; empty where it is no text with formulas."""
    name = path or "untitled"
    if is_document(name):
        return name
    ending = LANGUAGES.get(language.lower(), "")
    return str(PurePath(name).with_suffix(ending)) if ending else ""


def write_notebook(cells: Sequence[Cell]) -> str:
    """The cells as a notebook, which `symconv check` reads."""
    data: list[dict[str, Any]] = [
        {"cell_type": c.kind, "source": TextLines(c.text).text, "metadata": {"tags": list(c.tags)}}
        for c in cells
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": data})
