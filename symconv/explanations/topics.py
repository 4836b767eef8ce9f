"""What can be explained: every mistake that has a name, and every rule of the derivation."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal

from symconv.claims.mistakes import mistakes
from symconv.core.errors import SymconvError, did_you_mean
from symconv.core.printable import LONGEST_QUOTE, quote_text
from symconv.render.document.glossary import RULES

Kind = Literal["mistake", "rule"]


@dataclass(frozen=True)
class Topic:
    """A mistake or a rule with an example that symconv computed.

    `words` say what it is, `network` is the text of the example. Of a mistake, `claim` makes it and
    `verdict` is what is said to that, with `numbers` where it is one in numbers; of a rule, `claim`
    is the step, left = right, and `verdict` says where it is taken. `commands` show the same.
    """

    name: str
    kind: Kind
    words: str
    network: str
    claim: str
    verdict: str
    commands: tuple[str, ...]
    numbers: str = ""

    def __str__(self) -> str:
        shown = [f"  {line}" for line in self.verdict.split("\n")]
        what = "The claim" if self.kind == "mistake" else "The step"
        return "\n".join(
            [f"{self.name}, a {self.kind}", "", self.words, "", f"The network: {self.network}"]
            + ([f"The numbers: {self.numbers}"] if self.numbers else [])
            + [f"{what}: {self.claim}", *shown, "", "To see it:"]
            + [f"  {command}" for command in self.commands]
        )


def list_topics(kind: Kind | None = None) -> Mapping[str, str]:
    """The name of every topic, or of those of a kind, and what it is in words."""
    named = {m.name: m.text for m in mistakes()} if kind != "rule" else {}
    return MappingProxyType(named | (dict(RULES) if kind != "mistake" else {}))


@cache
def explain_name(name: str) -> Topic:
    """The mistake or the rule of that name, with an example that is computed now.

    `chain rule`, `chain_rule` and `chain-rule` are one name. SymconvError, with the nearest name,
    where there is none.
    """
    known = {_simplify(topic): topic for topic in list_topics()}
    found = known.get(_simplify(name))
    if found is None:
        near = did_you_mean(name[:LONGEST_QUOTE], list_topics())
        raise SymconvError(
            f"{quote_text(name)} is no mistake and no rule",
            help=near if near.startswith("did") else "symconv explain lists them",
        )
    return _explain_rule(found) if found in RULES else _explain_mistake(found)


def _simplify(name: str) -> str:
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())


def _explain_mistake(name: str) -> Topic:
    from .mistakes import find_mistake_example

    mistake = next(m for m in mistakes() if m.name == name)
    found = find_mistake_example(mistake)
    network, claim = shlex.quote(found.text), shlex.quote(found.claim)
    # Numbers stand in a file, which the words of the example describe.
    values = " --values numbers.json" if found.values else ""
    commands = (
        f"symconv check {network} {claim}{values}",
        f"symconv page {network} --claim {claim}{values} -o claim.html",
    )
    said = str(found.verdict)
    return Topic(
        name, "mistake", mistake.text, found.text, found.claim, said, commands, found.numbers
    )


def _explain_rule(name: str) -> Topic:
    from symconv.render.document.glossary import rule_formula

    from .rules import find_rule_example

    found = find_rule_example(name)
    of = found.derivation.of.key
    formula = rule_formula(name)
    where = f"step {found.number} of the derivation of dC/d{of}"
    command = f"symconv derive {shlex.quote(found.text)} --wrt {of} --detail full"
    return Topic(
        name,
        "rule",
        "; ".join(filter(None, (RULES[name], formula))),
        found.text,
        " = ".join(found.sides),
        where,
        (command,),
    )
