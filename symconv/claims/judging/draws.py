"""The numbers in which a claim is tried, drawn once for all claims about a network."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from symconv.claims.evaluation.assign import assign_residues
from symconv.claims.evaluation.assignment import Assignment
from symconv.claims.evaluation.exponent_laws import ExponentLawField
from symconv.claims.evaluation.modular_field import Gates, secret_prime
from symconv.claims.evaluation.pattern_algebra import PatternAlgebra
from symconv.claims.evaluation.residues import PRIME
from symconv.claims.model.context import NetworkContext

from .cover import TrialField

MOST_ATTEMPTS = 48
"""How many draws are tried until one has a value.

Half of the residues have no square root, so that five roots have values together once in 32.
"""

SECRET_SEED = 1_000
"""The first seed of the draws modulo the secret prime, far from the others."""

COIN_SEED, COINS = 20, 24
"""The first seed of the assignments with coins, and how many there are.

A difference that needs three switches set is missed with (7/8)^24 = 4 %; all open and all shut are
met besides. They only look for a difference that can be shown: nothing is right because of them.
"""

OPEN_SEED, SHUT_SEED = 3, 4
"""Any seeds would do: gates that are all open, or all shut, are met once each."""

MOST_KEPT = 64
"""The assignments of so many contexts are kept, then all are forgotten.

A page of claims is about one network, and a process that lives long must not grow.
"""

Kept = dict[tuple[object, ...], Assignment]
_KEPT: dict[int, tuple[NetworkContext, Kept]] = {}


def draw(context: NetworkContext, arithmetic: TrialField, *, secret: bool) -> Iterator[Assignment]:
    """Random assignments in an arithmetic, of which the first that has a value is enough."""
    prime, first = (secret_prime(), SECRET_SEED) if secret else (PRIME, 1)
    for seed in range(first, first + MOST_ATTEMPTS):
        yield _keep(context, (arithmetic, prime, seed))


def draw_with_gates(context: NetworkContext) -> Iterator[Assignment]:
    """Random assignments in which switches are 0 or 1: all on, all off, and by coins."""
    sides: tuple[tuple[int, Gates], ...] = ((OPEN_SEED, "open"), (SHUT_SEED, "shut"))
    coins: Iterator[tuple[int, Gates]] = ((COIN_SEED + n, "coins") for n in range(COINS))
    for seed, gates in (*sides, *islice(coins, COINS)):
        yield _keep(context, (gates, seed))


def draw_shut(context: NetworkContext) -> Assignment:
    """A random assignment in which every switch of the network is off."""
    return _keep(context, ("shut", SHUT_SEED))


def _keep(context: NetworkContext, how: tuple[object, ...]) -> Assignment:
    """The assignment of that kind, with the tables that were worked out before."""
    if id(context) not in _KEPT:
        if len(_KEPT) > MOST_KEPT:
            _KEPT.clear()
        _KEPT[id(context)] = context, {}
    kept = _KEPT[id(context)][1]
    if how not in kept:
        kept[how] = _assign(context, how)
    found = kept[how]
    if isinstance(found.algebra, PatternAlgebra):
        # Every claim may multiply as much as any other one.
        found.algebra.products = 0
    field = getattr(found.algebra, "field", found.algebra)
    if isinstance(field, ExponentLawField):
        field.form.products.clear()
    return found


def _assign(context: NetworkContext, how: tuple[object, ...]) -> Assignment:
    match how:
        case (TrialField() as arithmetic, int(prime), int(seed)):
            return assign_residues(
                context,
                seed,
                kind=arithmetic.field,
                prime=prime,
                patterns=arithmetic.patterns,
                roots=arithmetic.roots,
            )
        case ("open" | "shut" | "coins" as gates, int(seed)):
            return assign_residues(context, seed, gates)
    raise AssertionError(how)
