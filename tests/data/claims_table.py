"""The table of what the checker accepts and what it says: rows, sections, and the page of them."""

import re

from paths import ROOT

TABLE = ROOT / "generated" / "claims.md"


def cell(text, most=160):
    text = " ".join(text.split()).replace("|", "\\|")
    return text if len(text) <= most else text[: most - 1] + "…"


def row(text, verdict, expected):
    said = verdict.causes[0].text if verdict.causes else ""
    if not said and verdict.verdict in {"unreadable", "not checked"}:
        said = verdict.notes[0].split("\n")[0] if verdict.notes else ""
    name = f"{verdict.names[0]}: " if verdict.causes else ""
    wrong = "" if expected else " **not as expected**"
    return f"| `{cell(text, 110)}` | {verdict.verdict}{wrong} | {cell(name + said)} |"


def section(title, rows):
    head = ["| claim | verdict | what is said |", "|---|---|---|"]
    return "\n".join([f"## {title}", "", *head, *rows, ""])


def network_section(title, rows):
    """A section whose rows begin with their networks."""
    head = ["| network | claim | verdict | what is said |", "|---|---|---|---|"]
    return "\n".join([f"## {title}", "", *head, *rows, ""])


def sections_of(page):
    """The sections of a page in their order; what stands before the first one comes first."""
    return re.split(r"\n(?=## )", page)
