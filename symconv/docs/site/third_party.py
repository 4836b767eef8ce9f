"""`THIRD_PARTY.md`: what the page is made of that is not ours, from where, under which licence."""

from __future__ import annotations

from .font.math_font import SOURCE, font_licence
from .pinned import PinnedPart, list_pinned
from .runtime import build_runtime
from .sources import SiteFiles, SiteSources

LICENCES = "templates/site/licences"
"""Where the texts lie that no package brings."""

CHANGES = {
    "pyodide": "Its scripts and its WebAssembly are unchanged but for compression and the names of "
    "their maps. Python's standard library comes with it, cut to the modules that are used.",
    "markupsafe": "Its compiled half is left out.",
}
CUT = (
    "The modules of Python's standard library, SymPy, mpmath, Jinja2 and MarkupSafe that are used "
    "are shipped compiled (`.pyc`), without docstrings and without tables of line numbers."
)


def write_third_party(sources: SiteSources) -> SiteFiles:
    """The page of licences, each text in full where the licence asks for it."""
    texts = build_runtime(sources).licences
    parts = [_describe_part(part) for part in list_pinned()]
    lines = ["# What this site is made of", "", "symconv, MIT:", ""]
    lines += _quote(sources.read("LICENSE").decode())
    lines += ["", *(line for part in parts for line in part), "", CUT, ""]
    lines += ["## CPython", "", "Its standard library and its interpreter, inside Pyodide.", ""]
    lines += _quote(sources.read(f"{LICENCES}/psf-2.0.txt").decode())
    lines += ["", f"## {SOURCE}, of which the font of the formulas is a part", ""]
    lines += _quote(font_licence())
    for package in sorted(texts):
        for name, text in sorted(texts[package].items()):
            lines += ["", f"## {package}: {name.rpartition('/')[2]}", "", *_quote(text)]
    return {"THIRD_PARTY.md": "\n".join([*lines, ""]).encode()}


def _describe_part(part: PinnedPart) -> list[str]:
    """A line for a part: version, licence, where its source is, what was changed."""
    said = f"- {part.name} {part.version}, {part.licence}, <{part.source}>"
    changes = CHANGES.get(part.name, "")
    return [f"{said}. {changes}".rstrip()]


def _quote(text: str) -> list[str]:
    return ["```", *(line.rstrip() for line in text.strip().splitlines()), "```"]
