"""The notation in which a claim is written: the page is drawn in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from symconv.claims.judging.claimed_notation import name_notation

if TYPE_CHECKING:
    from symconv.api import Network
    from symconv.claims.model.verdict import Verdict

READ_IN = re.compile(r"read in the notation (ij|flat)([01])\b")
"""How the notes of a verdict say that a claim shows another notation than the assumed one."""


def take_claimed_notation(network: Network, claim: str | None) -> Network:
    """The network in the notation of the claim, where nobody asked for another one.

    The entries of a verdict have the names of that notation: in another one a page would not find
    them, or would find their neighbours.
    """
    if claim is None or not network.notation.assumed:
        return network
    return take_verdicts_notation(network, network.check(claim))


def take_verdicts_notation(network: Network, verdict: Verdict) -> Network:
    """The network in the notation in which the claim of a verdict was read."""
    if not network.notation.assumed:
        return network
    found = next(filter(None, map(READ_IN.match, verdict.notes)), None)
    if found is None:
        return network
    style, base = found.groups()
    notation = name_notation(network.notation, int(base), numbered=style == "flat")
    return network.in_notation(notation)
