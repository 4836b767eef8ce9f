"""Verdicts as SARIF 2.1.0, the form in which code hosts show remarks on lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symconv.claims.model.verdict import (
    CONDITION,
    NOT_CHECKED,
    PRINTED,
    RIGHT,
    UNDETERMINED,
    UNREADABLE,
    WRONG,
    Verdict,
)

LEVELS = {
    WRONG: "error", CONDITION: "warning", UNREADABLE: "warning", UNDETERMINED: "note",
    NOT_CHECKED: "none", RIGHT: "none", PRINTED: "none",
}  # fmt: skip


def sarif(verdicts: Sequence[Verdict], file: str) -> dict[str, Any]:
    """One run with one result for each statement that is not simply right."""
    results = [_result(v, file) for v in verdicts if LEVELS[v.verdict] != "none"]
    rules = sorted({r["ruleId"] for r in results})
    driver = {"name": "symconv", "rules": [{"id": rule} for rule in rules]}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _result(verdict: Verdict, file: str) -> dict[str, Any]:
    said = verdict.causes[0].text if verdict.causes else "; ".join(verdict.notes[:1])
    place = {"artifactLocation": {"uri": file}, "region": {"startLine": max(1, verdict.line)}}
    return {
        "ruleId": verdict.names[0] if verdict.causes else verdict.verdict.replace(" ", "-"),
        "level": LEVELS[verdict.verdict],
        "message": {"text": f"{verdict.verdict}: {said}" if said else verdict.verdict},
        "locations": [{"physicalLocation": place}],
    }
