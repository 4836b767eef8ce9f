"""The questions that the live page asks its Python: text in, JSON text out.

Every answer is an object with `ok`; where it is false, `error` says what is wrong and where, as the
command line does. Nothing is drawn, fetched or remembered here beside the last networks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import Any

from symconv.api import Network
from symconv.claims.model.verdict import RIGHT, UNREADABLE, Verdict
from symconv.core.errors import SymconvError
from symconv.network.examples import BY_NAME
from symconv.notation.presets import ASSUMED
from symconv.page.claimed_notation import take_verdicts_notation
from symconv.page.data import collect_page_data, list_claim_entries
from symconv.page.explored_layers import collect_explored
from symconv.trace.input_values import parse_values

KEPT = 8
"""How many networks are kept: a person goes back and forth between few."""

LONGEST_CLAIM = 100_000
"""Characters of a text that is read: a post has a few thousand."""


@lru_cache(maxsize=KEPT)
def read_network(text: str, notation: str) -> Network:
    """The network of a text or of an example; an empty notation is that of the example."""
    name = text.strip()
    if name in BY_NAME:
        example = Network.example(name)
        return example.in_notation(notation) if notation else example
    return Network.parse(" ".join(name.split()), notation or ASSUMED)


@lru_cache(maxsize=KEPT)
def read_numbers(text: str) -> Mapping[str, Any] | None:
    """The values of a text in JSON or TOML; None where there is no text."""
    if not text.strip():
        return None
    return parse_values(text, "the text of the values", toml=not text.lstrip().startswith("{"))


def answer_as_json(ask: Callable[..., dict[str, Any]]) -> Callable[..., str]:
    """The answer as JSON text; an error as text, too, in place of an answer."""

    @wraps(ask)
    def answered(*words: str) -> str:
        try:
            found = {"ok": True, **ask(*words)}
        except SymconvError as error:
            found = {"ok": False, "error": str(error)}
        except RecursionError:
            found = {"ok": False, "error": "the text is nested too deeply"}
        except MemoryError:
            found = {"ok": False, "error": "the memory of this page does not suffice for it"}
        return json.dumps(found, ensure_ascii=False)

    return answered


@answer_as_json
def check(network: str, notation: str, text: str, values: str) -> dict[str, Any]:
    """The verdict on a statement, or those on every equation of a text that has several."""
    net, numbers = read_network(network, notation), read_numbers(values)
    if len(text) > LONGEST_CLAIM:
        raise SymconvError(f"the text is longer than {LONGEST_CLAIM:,} characters")
    return {"verdicts": [describe(net, v) for v in _judge(net, text.strip(), numbers)]}


def _judge(net: Network, text: str, values: Mapping[str, Any] | None) -> tuple[Verdict, ...]:
    """A statement is judged as one; what cannot be read as one may be a post with several."""
    alone = net.check(text, values=values)
    if alone.verdict != UNREADABLE or len(text.split()) == 1:
        return (alone,)
    found = net.check_post(text, values=values)
    told = tuple(v for v in found if v.verdict != UNREADABLE)
    return found if told else (alone,)


def describe(net: Network, verdict: Verdict) -> dict[str, Any]:
    """A verdict, its lines, the notation that it is drawn in, and its places in the picture."""
    drawn = take_verdicts_notation(net, verdict)
    found = verdict.data() | {"said": str(verdict), "notation": drawn.notation.name}
    # Of a statement that is right there is nothing to draw, and no time to lose.
    return found | (list_claim_entries(drawn, verdict) if verdict.verdict != RIGHT else {})


@answer_as_json
def draw(network: str, notation: str, values: str) -> dict[str, Any]:
    """What the scripts of a picture read: entries, the tape of both passes, and numbers."""
    net, numbers = read_network(network, notation), read_numbers(values)
    try:
        return {"data": collect_page_data(net, None, numbers), "note": ""}
    except SymconvError as error:
        if numbers is None:
            raise
        # A claim may be about some numbers; a picture needs all of them, or does without.
        return {"data": collect_page_data(net), "note": error.args[0]}


@answer_as_json
def derive(network: str, notation: str, level: str) -> dict[str, Any]:
    """The derivation as the `main` element of a page, at one level of detail."""
    net = read_network(network, notation)
    return {"html": net.derivation().html(detail=level, fragment=True)}


@answer_as_json
def explore(network: str, notation: str) -> dict[str, Any]:
    """The layers whose kernel, stride and padding can be changed, as the scripts read them."""
    return {"explored": collect_explored(read_network(network, notation))}


@answer_as_json
def write_code(network: str, notation: str) -> dict[str, Any]:
    """The generated module, readable style."""
    return {"code": read_network(network, notation).numpy_source()}


QUESTIONS: Mapping[str, Callable[..., str]] = {
    "check": check,
    "draw": draw,
    "derive": derive,
    "explore": explore,
    "code": write_code,
}
"""What may be asked, by its name; every argument is a text."""


def answer(question: str, *words: str) -> str:
    """The answer to a question by its name."""
    return QUESTIONS[question](*words)
