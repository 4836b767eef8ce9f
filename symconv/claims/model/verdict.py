"""What is said about a statement: the verdict, and its forms as text and as plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

from symconv.core.errors import SymconvError
from symconv.core.exit_codes import ExitCode
from symconv.output.picture import Picture

from .evidence import Evidence

RIGHT = "right"
PRINTED = "right to the printed digits"
WRONG = "wrong"
CONDITION = "right under a condition"
UNDETERMINED = "undetermined"
NOT_CHECKED = "not checked"
UNREADABLE = "unreadable"
VERDICTS = (RIGHT, PRINTED, WRONG, CONDITION, UNDETERMINED, NOT_CHECKED, UNREADABLE)


@dataclass(frozen=True)
class Cause:
    """A mistake, or a condition, that reproduces the claim: its name, and a sentence.

    `where` is the step of the derivation at which it enters. `condition` says that the claim is
    right where the condition holds.
    """

    name: str
    text: str
    where: str = ""
    condition: bool = False


@dataclass(frozen=True)
class Verdict:
    """The answer to one statement; true only if the statement is right.

    `kind` is claim, given value, architecture, definition, update or prose. `reading` is the
    statement as it was understood, `truth` the correct formula. `of` is what the statement
    differentiates by: the entry, `w_1^1`, or a tensor where no single entry is meant. `missing` and
    `spurious` are the terms in which claim and truth differ, after what they have in common is
    divided out, and `missing_factors` and `spurious_factors` the entries whose product each of them
    is; `terms` are the numbers of terms of the claim and of the truth. `tried` says at how many
    values of the free indices the statement was tried where these are not all of them. `evidence`
    is what the verdict rests on where the statement is right. `picture` draws it, where the network
    is at hand.
    """

    verdict: str
    kind: str = "claim"
    text: str = ""
    reading: str = ""
    truth: str = ""
    causes: tuple[Cause, ...] = ()
    counterexample: str = ""
    missing: tuple[str, ...] = ()
    spurious: tuple[str, ...] = ()
    missing_factors: tuple[tuple[str, ...], ...] = ()
    spurious_factors: tuple[tuple[str, ...], ...] = ()
    terms: tuple[int, int] | None = None
    of: str = ""
    notes: tuple[str, ...] = ()
    step: str = ""
    line: int = 0
    column: int = 0
    tried: str = ""
    evidence: Evidence | None = None
    picture: Callable[[], Picture] | None = field(default=None, repr=False, compare=False)

    def __bool__(self) -> bool:
        return self.verdict in {RIGHT, PRINTED}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the causes, the most specific first."""
        return tuple(c.name for c in self.causes)

    def at(self, line: int) -> Verdict:
        return replace(self, line=line)

    def show(self) -> Picture:
        """The network with the statement drawn over the truth, as `net.show(claim)` has it.

        SymconvError where the verdict has no network any more: it came from another process.
        """
        if self.picture is None:
            raise SymconvError("this verdict came without its network", help="net.show(claim)")
        return self.picture()

    def __getstate__(self) -> dict[str, Any]:
        """What is sent to another process: a verdict without its network."""
        return {**vars(self), "picture": None}

    def __str__(self) -> str:
        return format_verdict(self)

    def __repr__(self) -> str:
        said = describe_briefly(self)
        shown = said if len(said) <= LONGEST_BRIEF else f"{said[:LONGEST_BRIEF]} ..."
        return f"<Verdict {self.verdict}{': ' if shown else ''}{shown}>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td style='text-align: right; vertical-align: top'>{escape(label)}</td>"
            f"<td style='text-align: left; white-space: pre-wrap'>{escape(said)}</td></tr>"
            for label, said in list_rows(self)
        )
        return f"<p><b>{escape(write_head(self))}</b></p><table>{rows}</table>"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}

    def data(self) -> dict[str, Any]:
        """The verdict as plain data for JSON."""
        return {
            "verdict": self.verdict,
            "kind": self.kind,
            "line": self.line,
            "column": self.column,
            "text": self.text,
            "reading": self.reading,
            "truth": self.truth,
            "causes": [{"name": c.name, "text": c.text, "where": c.where} for c in self.causes],
            "counterexample": self.counterexample,
            "missing": list(self.missing),
            "spurious": list(self.spurious),
            "missing_factors": [list(f) for f in self.missing_factors],
            "spurious_factors": [list(f) for f in self.spurious_factors],
            "terms": None if self.terms is None else list(self.terms),
            "of": self.of,
            "notes": list(self.notes),
            "step": self.step,
            "tried": self.tried,
            "evidence": None if self.evidence is None else self.evidence.data(),
        }


LONGEST_BRIEF = 90
"""How much a verdict's one line says: the name of the mistake, and the beginning of what it is."""
MARKS = {
    RIGHT: "✓", PRINTED: "✓", WRONG: "✗", CONDITION: "~", UNDETERMINED: "?", NOT_CHECKED: "-",
    UNREADABLE: "!",
}  # fmt: skip
MOST_SHOWN = 5
"""How many terms of a difference a terminal shows on one line, which a reader still compares."""


def format_verdict(verdict: Verdict, where: str = "") -> str:
    """The verdict as lines: what was read, what is right, why; `where` as in `write_head`."""
    rows = (f"  {label}: {text}" for label, text in list_rows(verdict))
    return "\n".join((write_head(verdict, where), *rows))


def write_head(verdict: Verdict, where: str = "") -> str:
    """The first line: a mark, the verdict, and what kind of statement it is about.

    `where` is its place, `cell 3, line 2: `; the line of the verdict where nothing is said.
    """
    where = where or (f"line {verdict.line}: " if verdict.line else "")
    tried = f"; {verdict.tried}" if verdict.tried else ""
    return f"{MARKS[verdict.verdict]} {where}{verdict.verdict} ({verdict.kind}){tried}"


def list_rows(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """What stands below the head: a label, and a line."""
    if verdict.reading:
        yield "read as", verdict.reading
    for n, cause in enumerate(verdict.causes):
        yield "also" if n else "cause", f"{cause.name}: {cause.text}"
    if verdict.truth:
        yield "correct", verdict.truth
    if verdict.terms and (verdict.missing or verdict.spurious):
        claim, truth = verdict.terms
        counted = f"{len(verdict.spurious)} spurious, {len(verdict.missing)} missing"
        yield "terms", f"yours {claim}, true {truth}; {counted}"
    for name, found in (("spurious", verdict.spurious), ("missing", verdict.missing)):
        if found:
            more = f" ... ({len(found)} in all)" if len(found) > MOST_SHOWN else ""
            yield name, f"{', '.join(found[:MOST_SHOWN])}{more}"
    last = (
        ("for example", verdict.counterexample),
        ("where", verdict.step),
        ("rests on", str(verdict.evidence or "")),
    )
    yield from ((label, said) for label, said in last if said)
    yield from (("note", line) for note in verdict.notes for line in note.split("\n"))


def describe_briefly(verdict: Verdict) -> str:
    """The answer in one line: the name of the mistake, what is right instead, why it is open."""
    causes = [f"{c.name}: {c.text}" for c in verdict.causes[:1]]
    truth = [f"correct: {verdict.truth}"] if verdict.truth else []
    example = [f"for example: {verdict.counterexample}"] if verdict.counterexample else []
    # A note says how something was read; it is no answer where there is one.
    answered = verdict.verdict in {WRONG, CONDITION} or bool(verdict)
    said = causes + truth or (example if answered else list(verdict.notes[:1])) or [verdict.tried]
    return "; ".join(" ".join(part.split("\n")[0].split()) for part in said if part)


def format_one_line(verdict: Verdict, file: str) -> str:
    """`file:line:column: verdict: answer`, as editors understand it."""
    said = describe_briefly(verdict)
    place = f"{file}:{verdict.line or 1}:{verdict.column or 1}"
    what = verdict.kind if is_premise(verdict) else verdict.verdict
    return f"{place}: {what}" + (f": {said}" if said else "")


def summarize_verdicts(verdicts: Sequence[Verdict]) -> str:
    """`5 statements: 2 right, 3 wrong`."""
    counts: dict[str, int] = {}
    for verdict in verdicts:
        counts[verdict.verdict] = counts.get(verdict.verdict, 0) + 1
    said = ", ".join(f"{n} {name}" for name, n in counts.items())
    plural = "" if len(verdicts) == 1 else "s"
    return f"{len(verdicts)} statement{plural}: {said or 'nothing to check'}"


def exit_code(verdicts: Sequence[Verdict], *, allow_unread: bool = False) -> ExitCode:
    """The exit code for the verdicts on one text, after the table of `core/exit_codes.py`.

    Given values and definitions beside a statement that is right are what it rests on; alone they
    are not checked. `allow_unread` leaves out what was not read, as long as something was.
    """
    if not verdicts:
        return ExitCode.NO_FORMULA
    right = any(verdicts)
    found = {v.verdict for v in verdicts if not (right and is_premise(v))}
    if found & {WRONG, CONDITION}:
        return ExitCode.WRONG
    if UNREADABLE in found and not allow_unread:
        return ExitCode.UNREAD
    return ExitCode.OPEN if not right or found & {UNDETERMINED, NOT_CHECKED} else ExitCode.RIGHT


def is_premise(verdict: Verdict) -> bool:
    """A given value or a definition, which says nothing that could be wrong."""
    return verdict.verdict == NOT_CHECKED and verdict.kind in {"given value", "definition"}
