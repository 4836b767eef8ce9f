"""What became of every relation sign of a text: judged, given, defined, left open, not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from symconv.claims.model.verdict import NOT_CHECKED, UNDETERMINED, UNREADABLE, Verdict
from symconv.claims.parsing.relation_signs import NoFormula, SignPlace, find_signs
from symconv.claims.parsing.statements import Excerpt

JUDGED, GIVEN, DEFINED, OPEN, UNREAD, NO_FORMULA = (
    "judged", "given", "definition", "left open", "not read", "no formula",
)  # fmt: skip
FATES = (JUDGED, GIVEN, DEFINED, OPEN, UNREAD, NO_FORMULA)


SignOwner = Verdict | str | None


@dataclass(frozen=True)
class SignFate:
    """A relation sign with its place and what became of it; `why` names the verdict or the rule."""

    place: SignPlace
    fate: str
    why: str


def account_for_signs(
    text: str, judged: Sequence[tuple[Excerpt, Verdict]], no_formulas: Sequence[NoFormula]
) -> tuple[SignFate, ...]:
    """The fate of every relation sign of a text, in order.

    A sign belongs to the statement that it stands in, also where it is inside of a sum's limit. One
    that stands in nothing is not read: none is left out.
    """
    owner: list[SignOwner] = [None] * (len(text) + 1)
    for stretch in no_formulas:
        owner[stretch.start : stretch.stop] = [stretch.why] * (stretch.stop - stretch.start)
    for excerpt, verdict in judged:
        owner[excerpt.start : excerpt.stop] = [verdict] * (excerpt.stop - excerpt.start)
    return tuple(_settle(sign, owner[sign.start]) for sign in find_signs(text))


def _settle(sign: SignPlace, owner: SignOwner) -> SignFate:
    """The fate of a sign in a statement, in what a rule calls no formula, or in nothing."""
    if isinstance(owner, Verdict):
        return SignFate(sign, name_fate(owner), owner.verdict)
    if owner is not None:
        return SignFate(sign, NO_FORMULA, owner)
    return SignFate(sign, UNREAD, "nothing was read here")


def name_fate(verdict: Verdict) -> str:
    """What became of a statement."""
    if verdict.verdict == UNREADABLE:
        return UNREAD
    if verdict.verdict == NOT_CHECKED and verdict.kind == "given value":
        return GIVEN
    if verdict.verdict == NOT_CHECKED and verdict.kind == "definition":
        return DEFINED
    return OPEN if verdict.verdict in {NOT_CHECKED, UNDETERMINED} else JUDGED


def summarize_signs(signs: Sequence[SignFate]) -> str:
    """`12 relation signs: 9 judged, 2 given, 1 not read`."""
    counts = Counter(s.fate for s in signs)
    said = ", ".join(f"{counts[fate]} {fate}" for fate in FATES if counts[fate])
    plural = "" if len(signs) == 1 else "s"
    return f"{len(signs)} relation sign{plural}: {said or 'none'}"
