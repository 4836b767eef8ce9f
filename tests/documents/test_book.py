"""A small book of twenty files with planted faults: each is found where it stands, and no other."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from command import symconv
from paths import DATA

from symconv.documents.check_file import CheckTask
from symconv.documents.check_files import check_files, find_exit_code
from symconv.documents.files import FileSearch
from symconv.documents.model.records import Place
from symconv.documents.writers.github import write_github
from symconv.documents.writers.html import write_html
from symconv.documents.writers.json_list import write_json
from symconv.documents.writers.junit import write_junit
from symconv.documents.writers.lines import write_lines
from symconv.documents.writers.sarif import name_rule, write_sarif
from symconv.documents.writers.text import summarize_files, write_text

BOOK = DATA / "book"
SCHEMAS = DATA / "schemas"
FAULTS = json.loads((BOOK / "faults.json").read_text("utf-8"))
COMMAND = re.compile(r"::(error|warning|notice) ((?:[a-zA-Z]+=[^:,\r\n]*,?)+)::([^\r\n]*)")
"""A command of the runner, as its toolkit writes and reads it."""


@pytest.fixture(scope="module")
def reports():
    files = FileSearch().list_files(str(BOOK))
    assert len(files) == 20
    return check_files(CheckTask(), files, jobs=2)


def place_of(fault):
    """The place of a fault by its text alone, which stands in the file, or the cell, once."""
    path = BOOK / fault["file"]
    text, line, cell = path.read_text("utf-8"), 0, fault.get("cell", 0)
    if cell:
        source = json.loads(text)["cells"][cell - 1]["source"]
        text = "".join(source)
    assert text.count(fault["text"]) == 1, fault
    start = text.index(fault["text"])
    line = text.count("\n", 0, start) + 1
    return Place(str(path), line, start - text.rfind("\n", 0, start), cell)


@pytest.mark.rest
def test_every_fault_is_found_in_its_place_and_no_other(reports):
    wanted = {str(place_of(f)): f["rule"] for f in FAULTS}
    found = {
        str(p.place): name_rule(p.verdict)
        for r in reports
        for p in r.found
        if not p.verdict and p.verdict.verdict != "not checked"
    }
    assert found == wanted
    assert len(wanted) == 28
    assert sum(bool(v) for r in reports for v in r.verdicts) > 90
    assert not any(r.before for r in reports)


@pytest.mark.rest
def test_what_is_told_of_all_together(reports):
    said = summarize_files(reports)
    assert said.startswith("20 files, ")
    assert ", 27 wrong" in said
    assert ", 1 right under a condition" in said
    assert write_text(reports).endswith(said)
    codes = {Path(r.file).name: find_exit_code(r, allow_unread=False) for r in reports}
    clean = {name for name, code in codes.items() if code not in {1, 5}}
    assert (codes["00-preface.md"], clean) == (5, set())


@pytest.mark.rest
def test_sarif_is_valid_and_names_the_places(reports):
    validator = pytest.importorskip("jsonschema", reason="needs jsonschema").Draft7Validator
    schema = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text("utf-8"))
    log = json.loads(write_sarif(reports))
    assert [e.message for e in validator(schema).iter_errors(log)] == []
    results = log["runs"][0]["results"]
    assert len(results) == len(FAULTS)
    for fault, result in zip(sorted(FAULTS, key=by_name), results, strict=True):
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"].endswith(fault["file"])
        line = (
            (BOOK / fault["file"]).read_text("utf-8").split("\n")[place["region"]["startLine"] - 1]
        )
        written = json.dumps(fault["text"], ensure_ascii=False)[1:-1]
        assert (written if "cell" in fault else fault["text"])[:20] in line


def by_name(fault):
    """The order in which a folder is read: by name, and in a file as they stand."""
    return fault["file"], FAULTS.index(fault)


@pytest.mark.rest
def test_junit_is_valid_and_counts(reports):
    xmlschema = pytest.importorskip("xmlschema", reason="needs xmlschema")
    written = write_junit(reports)
    xmlschema.XMLSchema(str(SCHEMAS / "junit.xsd")).validate(ET.fromstring(written))
    suites = ET.fromstring(written)
    assert len(suites) == 20
    assert sum(int(s.get("failures")) for s in suites) == len(suites.findall(".//failure")) == 28
    assert sum(int(s.get("tests")) for s in suites) == len(suites.findall(".//testcase"))
    assert sum(int(s.get("skipped")) for s in suites) == len(suites.findall(".//skipped"))


@pytest.mark.rest
def test_annotations_are_commands_of_the_runner(reports):
    lines = write_github(reports).splitlines()
    parsed = [COMMAND.fullmatch(line) for line in lines]
    assert None not in parsed
    marks = [dict(p.split("=", 1) for p in m[2].split(",")) for m in parsed[:-1]]
    assert len(marks) == len(FAULTS)
    for fault, mark in zip(sorted(FAULTS, key=by_name), marks, strict=True):
        place = place_of(fault)
        assert mark["file"] == place.file
        assert ("col" in mark) == (not place.cell)
        if not place.cell:
            assert (mark["line"], mark["col"]) == (str(place.line), str(place.column))
    assert parsed[-1][3].startswith("20 files")


@pytest.mark.rest
def test_the_page_shows_every_fault_and_runs_nothing(reports):
    page = write_html(reports)
    assert page.count('<tr class="bad">') == 28
    assert "<script" not in page
    assert "http:" not in page
    assert "https:" not in page
    assert "cell 5, line 5, column 1" in page


@pytest.mark.rest
def test_the_lists_have_every_statement(reports):
    count = sum(len(r.found) for r in reports)
    assert len(write_lines(reports).splitlines()) == count
    data = json.loads(write_json(reports))["verdicts"]
    assert len(data) == count
    assert {d["cell"] for d in data if d["file"].endswith("04-rectifier.ipynb")} == {3, 5, 6}


def test_the_command_ends_as_the_gravest_file():
    logistic, preface = BOOK / "part2" / "18-logistic.rst", BOOK / "part1" / "00-preface.md"
    done = symconv("check", str(BOOK / "part2" / "1*-l*.rst"), str(preface), "--lines")
    assert (done.returncode, done.stderr) == (1, "")
    (wrong,) = [x for x in done.stdout.splitlines() if ": right" not in x]
    assert wrong.startswith(f"{logistic}:15:12: wrong: sign")
    assert symconv("check", str(preface), "--lines").returncode == 5


def test_the_notebooks_are_notebooks():
    nbformat = pytest.importorskip("nbformat", reason="needs nbformat")
    for path in sorted(BOOK.rglob("*.ipynb")):
        nbformat.validate(nbformat.read(path, as_version=4))
