"""JUnit's XML: a suite for each file, a case for each statement, for the tables of CI servers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from symconv.claims.model.verdict import (
    CONDITION,
    NOT_CHECKED,
    UNDETERMINED,
    UNREADABLE,
    WRONG,
    format_verdict,
)
from symconv.documents.model.records import FAULT_KIND, FILE_KIND, FileReport, PlacedVerdict

from .lines import name_answer

ELEMENTS = {
    WRONG: "failure", CONDITION: "failure", UNREADABLE: "error", UNDETERMINED: "skipped",
    NOT_CHECKED: "skipped",
}  # fmt: skip
"""What a case holds for each verdict; one that is right holds nothing."""

NO_XML = re.compile("[^\t\n\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""Characters that no document of XML may have."""

MOST_NAME = 120
"""How many characters of a formula name its case, which a table still shows."""


def write_junit(reports: Sequence[FileReport]) -> str:
    """The document; files that were passed over have no suite."""
    suites = "\n".join(_write_suite(r) for r in reports if not r.unmarked)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="symconv">'
    return f"{head}\n{suites}\n</testsuites>"


def _write_suite(report: FileReport) -> str:
    kinds = [_name_element(p) for p in report.found]
    counts = " ".join(
        f'{name}="{kinds.count(element)}"'
        for name, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
    )
    cases = "\n".join(_write_case(report, p) for p in report.found)
    head = f'<testsuite name={_quote(report.file)} tests="{len(kinds)}" {counts} time="0">'
    return f"{head}\n{cases}\n</testsuite>" if cases else f"{head}</testsuite>"


def _write_case(report: FileReport, placed: PlacedVerdict) -> str:
    verdict, place = placed.verdict, placed.place
    cell = f"cell {place.cell}, " if place.cell else ""
    said = " ".join(verdict.text.split())[:MOST_NAME] or verdict.kind
    name = f"{cell}line {place.line}, column {place.column}: {said}"
    head = f'<testcase classname={_quote(report.file)} name={_quote(name)} time="0"'
    element = _name_element(placed)
    if not element:
        return f"{head}/>"
    answer = name_answer(placed)
    if element == "skipped":
        return f"{head}><skipped>{_clean(answer)}</skipped></testcase>"
    kind = verdict.names[0] if verdict.names else verdict.verdict
    full = answer if verdict.kind in {FILE_KIND, FAULT_KIND} else format_verdict(verdict)
    body = f"{place}\n{full}"
    return (
        f"{head}><{element} type={_quote(kind)} message={_quote(answer)}>{_clean(body)}"
        f"</{element}></testcase>"
    )


def _name_element(placed: PlacedVerdict) -> str:
    return ELEMENTS.get(placed.verdict.verdict, "")


def _clean(text: str) -> str:
    return escape(NO_XML.sub("\ufffd", text))


def _quote(text: str) -> str:
    return quoteattr(NO_XML.sub("\ufffd", " ".join(text.split())))
