"""Verdicts as text for a person."""

from __future__ import annotations

from collections.abc import Sequence

from .verdict import (
    CONDITION,
    NOT_CHECKED,
    PRINTED,
    RIGHT,
    UNDETERMINED,
    UNREADABLE,
    WRONG,
    Verdict,
)

MARKS = {
    RIGHT: "✓", PRINTED: "✓", WRONG: "✗", CONDITION: "~", UNDETERMINED: "?", NOT_CHECKED: "-",
    UNREADABLE: "!",
}  # fmt: skip
MOST_SHOWN = 16


def text_of(verdict: Verdict) -> str:
    """The verdict as lines: what was read, what is right, why."""
    where = f"line {verdict.line}: " if verdict.line else ""
    tried = f"; {verdict.tried}" if verdict.tried else ""
    lines = [f"{MARKS[verdict.verdict]} {where}{verdict.verdict} ({verdict.kind}){tried}"]
    lines += [f"  read as: {verdict.reading}"] if verdict.reading else []
    for n, cause in enumerate(verdict.causes):
        lines.append(f"  {'cause' if n == 0 else 'also'}: {cause.name}: {cause.text}")
    if verdict.truth:
        lines.append(f"  correct: {verdict.truth}")
    if verdict.terms and (verdict.missing or verdict.spurious):
        claim, truth = verdict.terms
        lines.append(
            f"  terms: yours {claim}, true {truth}; {len(verdict.spurious)} spurious, "
            f"{len(verdict.missing)} missing"
        )
    for name, found in (("spurious", verdict.spurious), ("missing", verdict.missing)):
        if found:
            more = f" ... ({len(found)} in all)" if len(found) > MOST_SHOWN else ""
            lines.append(f"  {name}: {', '.join(found[:MOST_SHOWN])}{more}")
    if verdict.counterexample:
        lines.append(f"  for example: {verdict.counterexample}")
    lines += [f"  where: {verdict.step}"] if verdict.step else []
    lines += [f"  note: {line}" for note in verdict.notes for line in note.split("\n")]
    return "\n".join(lines)


def one_line(verdict: Verdict, file: str) -> str:
    """`file:line: message`, as editors understand it."""
    said = verdict.causes[0].text if verdict.causes else verdict.tried
    if not said and verdict.notes:
        said = verdict.notes[-1].split("\n")[0]
    return f"{file}:{verdict.line or 1}: {verdict.verdict}" + (f": {said}" if said else "")


def summary(verdicts: Sequence[Verdict]) -> str:
    """`5 statements: 2 right, 3 wrong`."""
    counts: dict[str, int] = {}
    for verdict in verdicts:
        counts[verdict.verdict] = counts.get(verdict.verdict, 0) + 1
    said = ", ".join(f"{n} {name}" for name, n in counts.items())
    plural = "" if len(verdicts) == 1 else "s"
    return f"{len(verdicts)} statement{plural}: {said or 'nothing to check'}"


def exit_code(verdicts: Sequence[Verdict]) -> int:
    """0 right, 1 wrong, 2 unreadable, 3 undetermined or not checked.

    Given values and definitions beside a statement that is right are what it rests on; alone they
    are not checked. 0 also where there is no statement at all.
    """
    right = any(verdicts)
    found = {v.verdict for v in verdicts if not (right and _rests_on(v))}
    if found & {WRONG, CONDITION}:
        return 1
    if UNREADABLE in found:
        return 2
    return 3 if found & {UNDETERMINED, NOT_CHECKED} else 0


def _rests_on(verdict: Verdict) -> bool:
    """A given value or a definition, which says nothing that could be wrong."""
    return verdict.verdict == NOT_CHECKED and verdict.kind in {"given value", "definition"}
