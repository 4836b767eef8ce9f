"""The letter that a text has for the output in its cost: y in `E = 1/2 sum_p (t_p - y_p)^2`."""

from __future__ import annotations

import re
from dataclasses import replace

from symconv.claims.check import Checker
from symconv.claims.model.verdict import NOT_CHECKED, UNREADABLE, Verdict
from symconv.claims.model.vocabulary import COSTS

UNKNOWN = re.compile(r"the network has no '([a-z])'")


def judge_cost(checker: Checker, text: str, found: Verdict) -> Verdict:
    """The verdict on a formula of the cost in which the output has a letter of the text's own.

    Only beside the target, on the right of the cost, a letter cannot mean anything else.
    """
    context = checker.context
    output, targets = context.before_cost, [t.name.letter for t in context.targets]
    unknown = next((m[1] for note in found.notes if (m := UNKNOWN.search(note))), "")
    left, _, right = text.partition("=")
    costs = {context.cost, *COSTS}
    if found.verdict != NOT_CHECKED or not unknown or output is None or left.strip() not in costs:
        return found
    if unknown in checker.definitions or not any(_holds(right, letter) for letter in targets):
        return found
    said = re.sub(rf"(?<![A-Za-z\\]){unknown}(?![A-Za-z])", output.key, right)
    again = checker.verdict(f"{left}={said}")
    if again.verdict in {NOT_CHECKED, UNREADABLE}:
        return found
    note = f"{unknown} is read as the output {output.key}"
    return replace(again, text=found.text, notes=(note, *again.notes))


def _holds(text: str, letter: str) -> bool:
    return re.search(rf"(?<![A-Za-z\\]){letter}(?![A-Za-z])", text) is not None
