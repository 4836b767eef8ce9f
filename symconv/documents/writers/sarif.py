"""SARIF 2.1.0, the form of reports that code hosts and editors show beside a text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from symconv.claims.model.verdict import (
    CONDITION,
    NOT_CHECKED,
    PRINTED,
    RIGHT,
    UNDETERMINED,
    UNREADABLE,
    WRONG,
    Verdict,
    describe_briefly,
)
from symconv.documents.model.records import FAULT_KIND, FILE_KIND, FileReport, Place, PlacedVerdict

from .lines import name_answer

SARIF_LEVELS = {
    WRONG: "error", CONDITION: "warning", UNREADABLE: "warning", UNDETERMINED: "note",
    NOT_CHECKED: "none", RIGHT: "none", PRINTED: "none",
}  # fmt: skip
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
SAFE = "/:._~-"
"""The characters of a path that stay in an address."""


def write_sarif(reports: Sequence[FileReport]) -> str:
    """One run over all files, as JSON."""
    return json.dumps(to_sarif(reports), indent=1, ensure_ascii=False)


def to_sarif(reports: Sequence[FileReport]) -> dict[str, Any]:
    """One run with one result for each statement that is not simply right.

    What is right is no result to an editor; what it rests on is kept beside the results. A file
    that could not be read is a notification of the run.
    """
    found = [p for r in reports for p in r.found]
    judged = [p for p in found if p.verdict.kind not in {FILE_KIND, FAULT_KIND}]
    results = [_make_result(p) for p in judged if SARIF_LEVELS[p.verdict.verdict] != "none"]
    right = [
        {"file": p.place.file, "line": p.place.line, "evidence": p.verdict.evidence.data()}
        for p in judged
        if p.verdict and p.verdict.evidence
    ]
    unread = [_notify(p) for p in found if p not in judged]
    driver = {"name": "symconv", "rules": _list_rules(judged, results)}
    invocation = {"executionSuccessful": not unread, "toolExecutionNotifications": unread}
    run = {
        "tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results,
        "invocations": [invocation], "properties": {"right": right},
    }  # fmt: skip
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _list_rules(judged: Sequence[PlacedVerdict], results: Sequence[dict[str, Any]]) -> list[Any]:
    """The rules that results name, each with what it says where it is a named mistake."""
    said = {c.name: c.text for p in judged for c in p.verdict.causes}
    rules = sorted({result["ruleId"] for result in results})
    return [
        {"id": rule, "shortDescription": {"text": " ".join(said.get(rule, rule).split())}}
        for rule in rules
    ]


def _make_result(placed: PlacedVerdict) -> dict[str, Any]:
    verdict = placed.verdict
    said = describe_briefly(verdict)
    properties: dict[str, Any] = {"truth": verdict.truth} if verdict.truth else {}
    if verdict.evidence is not None:
        properties["evidence"] = verdict.evidence.data()
    return {
        "ruleId": name_rule(verdict),
        "level": SARIF_LEVELS[verdict.verdict],
        "message": {"text": f"{verdict.verdict}: {said}" if said else verdict.verdict},
        "locations": [_locate(placed.place)],
        **({"properties": properties} if properties else {}),
    }


def name_rule(verdict: Verdict) -> str:
    """The mistake that a verdict names; the verdict itself where it names none."""
    return verdict.names[0] if verdict.causes else verdict.verdict.replace(" ", "-")


def _locate(place: Place) -> dict[str, Any]:
    """Where a statement stands; for a notebook the line of its JSON, and its cell by name."""
    region = {"startLine": max(1, place.file_line or place.line)}
    if not place.cell:
        region["startColumn"] = max(1, place.column)
    address = quote(place.file.replace("\\", "/").removeprefix("./"), safe=SAFE)
    physical = {"artifactLocation": {"uri": address}, "region": region}
    if not place.cell:
        return {"physicalLocation": physical}
    name = f"cell_{place.cell}:{place.line}:{place.column}"
    logical = {"name": name, "fullyQualifiedName": str(place)}
    return {"physicalLocation": physical, "logicalLocations": [logical]}


def _notify(placed: PlacedVerdict) -> dict[str, Any]:
    return {
        "level": "error", "message": {"text": name_answer(placed)},
        "locations": [_locate(placed.place)],
    }  # fmt: skip
