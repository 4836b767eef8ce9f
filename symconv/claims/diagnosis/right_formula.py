"""The correct formula: for all entries at once, and for the one at which the claim fails."""

from __future__ import annotations

from contextlib import suppress

from symconv.claims.evaluation.comparison import Question
from symconv.claims.evaluation.correct_formula import asked_entry, correct_formula
from symconv.claims.evaluation.indices import Environment
from symconv.claims.model.facts import Facts
from symconv.core.errors import SymconvError

MOST_LENGTH = 300


def right_formula(question: Question, asked: int, env: Environment) -> str:
    """`dC/dw[m', n'] = sum_{i,j} ...; dC/dw_{0,1} = ...`; one entry alone where it is asked for."""
    entry = correct_formula(question, asked, [env])
    general = ""
    with suppress(SymconvError):
        found = asked_entry(question, asked, [env])
        if found is not None and (env or found[1] is None):
            general = index_formula(question.facts, found[0].key)
    return "; ".join(text for text in (general, entry) if text)


def index_formula(facts: Facts, key: str) -> str:
    """The derived equation of a tensor on one line; empty where it is too long for that."""
    from symconv.render.formula.arrange import arrange
    from symconv.render.formula.names import names_of
    from symconv.render.formula.plain import Plain

    derivation = facts.backward.derivation(key)
    if derivation is None:
        return ""
    names = names_of(facts.forward, facts.backward.items, facts.notation)
    plain = Plain(letters=facts.notation.shown_letters, ascii_only=True)
    sides = (derivation.equation.lhs, derivation.equation.rhs)
    text = " = ".join(plain.write(arrange(side, names)) for side in sides)
    return text if len(text) <= MOST_LENGTH else ""
