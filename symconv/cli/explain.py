"""`symconv explain`: a mistake or a rule in words, with an example that is computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from .console import ColourOption, show_laid_out
from .terminal import Colour, Terminal, Tone, find_terminal

if TYPE_CHECKING:
    from symconv.explanations import Topic


def complete_topic(incomplete: str) -> list[str]:
    """The names of mistakes and rules, the rules with `_` for spaces."""
    from symconv.explanations import list_topics

    names = (name.replace(" ", "_") for name in list_topics())
    return [name for name in names if name.startswith(incomplete)]


def explain(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="A mistake, such as product_of_sums, or a rule, such as 'chain rule'. Without it "
            "all of them are listed.",
            autocompletion=complete_topic,
        ),
    ] = None,
    *,
    colour: ColourOption = Colour.auto,
) -> None:
    """Explain a mistake that a verdict names, or a rule of the derivation, by an example."""
    from symconv.explanations import explain_name

    terminal = find_terminal(colour)
    show_laid_out(_list_all(terminal) if name is None else _lay_out(explain_name(name), terminal))


def _list_all(terminal: Terminal) -> Iterator[str]:
    """Every topic with what it is."""
    from symconv.explanations import list_topics

    yield "Mistakes, as a verdict names them:"
    yield from _list_names(list_topics("mistake"), terminal)
    yield "\nRules, as the steps of a derivation name them:"
    yield from _list_names(list_topics("rule"), terminal)
    yield "\n" + terminal.lay_out("symconv explain NAME shows one at work.")


def _list_names(topics: Mapping[str, str], terminal: Terminal) -> Iterator[str]:
    for name, words in topics.items():
        yield terminal.lay_out(words, head=f"  {name}: ", tone=Tone.label, hang=6)


def _lay_out(topic: Topic, terminal: Terminal) -> Iterator[str]:
    """The lines of a topic; commands are never broken, so that they can be copied."""
    yield terminal.lay_out(f", a {topic.kind}", head=topic.name, tone=Tone.bold)
    yield "\n" + terminal.lay_out(topic.words, head="  ") + "\n"
    step = "the claim" if topic.kind == "mistake" else "the step"
    rows = ("the network", topic.network), ("the numbers", topic.numbers), (step, topic.claim)
    for label, text in ((label, text) for label, text in rows if text):
        yield terminal.lay_out(text, head=f"  {label}: ", tone=Tone.label)
    for line in topic.verdict.split("\n"):
        text = line.lstrip()
        margin = " " * (4 + len(line) - len(text))
        yield terminal.lay_out(text, head=margin, hang=len(margin) + 4)
    if topic.commands:
        yield "\nTo see it:"
        yield from (f"  {command}" for command in topic.commands)
