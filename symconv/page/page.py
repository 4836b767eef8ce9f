"""One self-contained file: the picture of a network, and a claim over it."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from gzip import compress
from hashlib import sha256
from typing import TYPE_CHECKING, Any, get_args

from symconv.claims.model.verdict import MARKS
from symconv.notation.presets import entry_name
from symconv.output.templates import render_template, template_environment
from symconv.render.document.detail import Detail
from symconv.render.document.html import escape_html, style_sheet

from .claimed_notation import take_claimed_notation
from .code_lines import find_code_lines
from .data import collect_page_data
from .drawn_sizes import choose_drawn_sizes
from .explored_equations import collect_own_equations
from .explored_layers import collect_explored

if TYPE_CHECKING:
    from symconv.api import Network

SCRIPTS = (
    "numbers", "tape", "graph", "formula", "layout", "picker", "marks", "linked",
    "pointing", "picture", "derivation", "maps", "explorer", "page",
)  # fmt: skip
"""The scripts of a page in the order in which they need each other: one scope holds them all."""

LAYERS_SCRIPTS = (*SCRIPTS, "fields", "opened", "folded")
"""Those of the page of a network that is drawn by its layers."""

OPENING = ("unpack", "open")
"""Those that stand in the page as they are: they unpack the others."""

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
SPACES = re.compile(r"\s*([{};])\s*")

ENTRIES = "Point at an entry, tap it, or go to it with the arrow keys."
FOLDED = "Choose a layer to open it; choose an entry to see what it reads and what reads it."
START = """
const data = JSON.parse(document.getElementById("data").textContent);
startPage(data, document.getElementById("network"));
"""


@cache
def join_scripts(names: tuple[str, ...] = SCRIPTS) -> str:
    """The scripts as one, in a scope of their own, and what starts them."""
    return "\n".join(['"use strict";', "{", _join_files(names), START.strip(), "}"])


@cache
def _join_files(names: tuple[str, ...]) -> str:
    folder = template_environment("page")
    return "\n".join(folder.get_template(f"{name}.js").render() for name in names)


def write_page(
    network: Network, claim: str | None = None, values: Mapping[str, Any] | None = None
) -> str:
    """The page as HTML that loads nothing and runs nothing but its own script.

    A network that is too large to be drawn by its entries is drawn by its layers; one with open
    sizes at the smallest that show everything, beside formulas and code for all sizes.
    SymconvError where numbers are given for open sizes.
    """
    network = take_claimed_notation(network, claim)
    data, sizes = _collect_drawn(network, claim, values)
    script = join_scripts(LAYERS_SCRIPTS if data["folded"] else SCRIPTS)
    opening, style = f"\n{_join_files(OPENING)}", join_styles()
    policy = (
        f"default-src 'none'; script-src {_hash(opening)} {_hash(script)}; "
        f"style-src {_hash(style)}; base-uri 'none'; form-action 'none'"
    )
    # No `<` in the data, so that no text of a user ends the element that it stands in.
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    written = render_template(
        "page",
        "page.html.j2",
        policy=policy,
        title=escape_html(network.title),
        said=escape_html(f"{FOLDED if data['folded'] else ENTRIES}{_say_sizes(sizes)}"),
        claim=_escape_claim(data.get("claim")),
        results=[] if data["folded"] or sizes else [escape_html(r) for r in _list_results(network)],
        style=style,
        scripts=pack_text(script),
        opening=opening[1:],
        data=text,
        derivations=pack_derivations(network),
    )
    # Half a character of a claim, as a shell hands on bytes that are no text, is not written.
    return written.encode("utf-8", "replace").decode()


def _collect_drawn(
    network: Network, claim: str | None, values: Mapping[str, Any] | None
) -> tuple[dict[str, Any], dict[str, int]]:
    """The data of the page, and the sizes that were chosen for open ones.

    A claim at open sizes has its verdict and no products: these would be those of a few sizes.
    """
    sizes = {} if values is not None else choose_drawn_sizes(network)
    if not sizes:
        return collect_page_data(network, claim, values), {}
    drawn = network.fixed(**sizes)
    data = collect_page_data(drawn)
    if network.module_spec.numbers == drawn.module_spec.numbers:
        data["code"] = find_code_lines(network.numpy_source())
    if claim is not None:
        nowhere = {"entry": -1, "spurious_entries": [], "missing_entries": []}
        data["claim"] = network.check(claim).data() | nowhere
    return data, sizes


def _say_sizes(sizes: Mapping[str, int]) -> str:
    listed = ", ".join(f"{name} = {n}" for name, n in sizes.items())
    return f" Drawn at {listed}; formulas and code are for all sizes." if sizes else ""


@cache
def join_styles() -> str:
    """The style sheet of documents, and what a picture adds to it."""
    own = template_environment("page").get_template("page.css").render()
    return SPACES.sub(r"\1", COMMENT.sub("", f"{style_sheet()}{own}")).replace(": ", ":")


def pack_derivations(network: Network) -> str:
    """Every derivation at every level of detail, the rules, and the layers to be explored."""
    document = network.derivation()
    parts = [document.html_parts(detail=level) for level in get_args(Detail)]
    # The levels of one derivation are alike: side by side they take the least room.
    full = parts[-1]
    sections = {n: [found.sections.get(n, "") for found in parts] for n in full.sections}
    pages = {
        "sections": sections,
        "rules": full.rules,
        "equations": dict(full.equations),
        "explored": [*collect_explored(network), *collect_own_equations(network)],
    }
    return pack_text(json.dumps(pages, ensure_ascii=False))


def pack_text(text: str) -> str:
    """The text as gzip in base64, a sixth of the bytes of formulas and a third of a script's.

    No time is written, so that the same text makes the same bytes.
    """
    return b64encode(compress(text.encode(), 9, mtime=0)).decode("ascii")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}'"


def _list_results(network: Network) -> list[str]:
    """The first entry of every gradient as text, for a reader without scripts."""
    wanted = [t for t in network.backward().wrt if t.role in {"input", "parameter"}]
    first = [entry_name(t, (0,) * len(t.shape), network.notation) for t in wanted]
    return [network.written(name) for name in first]


def _escape_claim(claim: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if claim is None:
        return None
    cause = claim["causes"][0]["text"] if claim["causes"] else ""
    counts = ""
    if claim["terms"] and (claim["spurious"] or claim["missing"]):
        mine, true = claim["terms"]
        counts = (
            f"{mine} products are claimed and {true} are true: {len(claim['spurious'])} too many, "
            f"{len(claim['missing'])} missing."
        )
    listed = [
        {"said": said, "products": [escape_html(p.replace("*", " ")) for p in claim[kind]]}
        for kind, said in (("spurious", "too many"), ("missing", "missing"))
        if claim[kind]
    ]
    words = {
        "text": claim["text"],
        "verdict": claim["verdict"],
        "mark": MARKS[claim["verdict"]],
        "cause": cause,
        "counts": counts,
        "truth": claim["truth"],
        "example": claim["counterexample"],
    }
    escaped = {name: escape_html(said) for name, said in words.items()}
    return {
        **escaped,
        "listed": listed,
        "right": claim["verdict"] in {"right", "right to the printed digits"},
    }
