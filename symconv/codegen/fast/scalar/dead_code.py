"""Statements without those that compute what nobody reads."""

from __future__ import annotations

from dataclasses import replace

from .scalar_program import Assign, Branch, Entry, ScalarStatement, Select, Winner, collect_reads

Wanted = set[Entry | Winner]


def eliminate_dead_scalars(
    statements: tuple[ScalarStatement, ...], wanted: Wanted
) -> tuple[ScalarStatement, ...]:
    """The statements, in their order, that the wanted entries need, one after another.

    Of a branch only the additions to entries that are read are left.
    """
    known, kept = set(wanted), list[ScalarStatement]()
    # From the back: what reads an entry stands behind what writes it.
    for s in reversed(statements):
        needed = _keep_if_read(s, known)
        if needed is not None:
            kept.append(needed)
            known |= collect_reads((needed,)) | (
                {needed.winner} if isinstance(needed, Branch) else set()
            )
    return tuple(reversed(kept))


def _keep_if_read(s: ScalarStatement, known: Wanted) -> ScalarStatement | None:
    """What is left of a statement, if anything."""
    match s:
        case Assign():
            return s if s.target in known else None
        case Select():
            return s if {s.target, s.winner} & known else None
        case Branch():
            cases = tuple((k, tuple(p for p in pairs if p[0] in known)) for k, pairs in s.cases)
            cases = tuple((k, pairs) for k, pairs in cases if pairs)
            return replace(s, cases=cases) if cases else None
