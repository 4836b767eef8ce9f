"""Grids of cases: every run takes a slice of them, and what is left is the rest.

The rest runs in a stage of `.ci/run` of its own (`pytest -m rest`).
"""

from random import Random

import pytest

REST = (pytest.mark.rest, pytest.mark.long)

SEED = 0
"""Any would do: it is fixed, so that every run takes the same slice."""


def deal(cases, hands):
    """The cases dealt to so many hands, in an order drawn once; a hand keeps the order of all."""
    cases = list(cases)
    drawn = Random(SEED).sample(range(len(cases)), len(cases))
    return [[cases[k] for k in sorted(drawn[n::hands])] for n in range(hands)]


def parts(hands):
    """The numbers of the hands as parameters: the first for every run, the others as the rest."""
    return [0, *(pytest.param(n, marks=REST) for n in range(1, hands))]


def slice_of(cases, hands):
    """The cases as parameters, those of the first hand for every run, the others as the rest.

    A tuple is a case of several parameters.
    """
    cases = list(cases)
    kept = set(deal(range(len(cases)), hands)[0])
    return [
        case
        if k in kept
        else pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=REST)
        for k, case in enumerate(cases)
    ]
