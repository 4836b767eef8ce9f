"""The live page: a question in a browser, answered by symconv in a thread of that browser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from symconv.output.templates import render_template, template_environment
from symconv.page.page import LAYERS_SCRIPTS, join_styles

from .browser.questions import OFFERED
from .font.math_font import FAMILY, math_font
from .keeper import KEEPER
from .pages.layout import write_bar
from .pages.write import style_bar, write_shared_files
from .runtime import PageRuntime, build_runtime
from .sources import SiteFiles, SiteSources, hash_name

LIVE_SCRIPTS = ("asking", "question", "verdict", "steps", "live")
"""The scripts of the live page in their order, after those of a picture."""

UNPACKING = ("unpack",)
"""What the scripts of a picture need beside themselves."""

SECONDS = 20
"""How long a question may take before it is ended: LeNet takes eight on a slow machine."""

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
    "connect-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'"
)
"""Scripts of this site alone; WebAssembly may be compiled, and text never."""

ONE_FILE = '<a href="offline.html" download>This page as one file</a>, for later.'
FOOTER = (
    "symconv computes this in your browser, by Python compiled to WebAssembly. "
    '<a href="THIRD_PARTY.md">What this page is made of, and the licences</a>.'
)


@cache
def join_live_scripts() -> str:
    """The scripts of a picture and those of the live page, in one scope."""
    picture, live = template_environment("page"), template_environment("site/live")
    parts = [picture.get_template(f"{name}.js").render() for name in (*UNPACKING, *LAYERS_SCRIPTS)]
    parts += [live.get_template(f"{name}.js").render() for name in LIVE_SCRIPTS]
    return "\n".join(['"use strict";', "{", *parts, "}", ""])


def read_script(name: str) -> str:
    """A script of the live page that stands alone."""
    return template_environment("site/live").get_template(name).render()


def style_live_page(font: str) -> str:
    """The style sheet; `font` is the address of the mathematical font."""
    own = template_environment("site/live").get_template("live.css").render()
    face = (
        f'@font-face {{ font-family: "{FAMILY}"; src: url("{font}") format("woff2"); '
        "font-display: swap; }\n"
    )
    return f"{face}{join_styles()}{style_bar()}{own}"


def write_json(data: object) -> str:
    """Data as JSON that ends no element: no `<` stands in it."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def describe_setup(runtime: PageRuntime, **more: Any) -> dict[str, Any]:
    """What the scripts have to know: the questions, the first answer, how long one may take."""
    offered = [
        {
            "title": asked.title,
            "network": asked.network,
            "notation": asked.notation,
            "claim": asked.claim,
            "values": asked.values,
        }
        for asked in OFFERED
    ]
    first = parse_answer(runtime.answers[OFFERED[0].key])
    return {"offered": offered, "first": first, "seconds": SECONDS, "lock": runtime.lock, **more}


def parse_answer(answer: Mapping[str, str]) -> dict[str, Any]:
    """An answer in its three parts as data; None for a verdict where nothing was claimed."""
    return {part: json.loads(text) if text else None for part, text in answer.items()}


def list_runtime_files(runtime: PageRuntime) -> dict[str, tuple[str, bytes]]:
    """The parts that the thread of Python loads: their paths and bytes, by name."""
    named = {
        "loader": ("live/pyodide.mjs", runtime.loader),
        "engine": ("live/pyodide.asm.mjs", runtime.engine),
        "wasm": ("live/python.wasm.bin", runtime.wasm),
        "library": ("live/library.zip", runtime.library),
        "packages": ("live/packages.bin", runtime.packages),
    }
    return {part: (hash_name(path, content), content) for part, (path, content) in named.items()}


def write_live_page(sources: SiteSources) -> SiteFiles:
    """`live.html`, what it loads, and the service worker that keeps it."""
    runtime = build_runtime(sources)
    parts = list_runtime_files(runtime)
    made = dict(parts.values())

    def add(path: str, content: bytes) -> str:
        name = hash_name(path, content)
        made[name] = content
        return name

    worker = add("live/worker.js", read_script("worker.js").encode())
    font = add("live/math.woff2", math_font())
    style = add("live/live.css", style_live_page(font.rpartition("/")[2]).encode())
    script = add("live/live.js", join_live_scripts().encode())
    answers = [
        add("live/answer.json", write_json(parse_answer(runtime.answers[asked.key])).encode())
        for asked in OFFERED
    ]
    size = round(sum(len(content) for _, content in parts.values()) / 1e6)
    setup = describe_setup(
        runtime,
        # The worker lies beside its parts; the addresses of the others are those of the page.
        parts={part: path.removeprefix("live/") for part, (path, _) in parts.items()},
        worker=worker,
        keeper=KEEPER,
        megabytes=size,
    )
    for asked, path in zip(setup["offered"], answers, strict=True):
        asked["answer"] = path
    shared, _ = write_shared_files()
    page = render_template(
        "site/live",
        "live.html.j2",
        policy=POLICY,
        # What the first answer needs is asked for before the page has been read to its end.
        style=f'<link rel="icon" href="{shared.icon}">\n'
        f'<link rel="stylesheet" href="{style}">\n'
        f'<link rel="modulepreload" href="{script}">\n'
        f'<link rel="preload" href="{font}" as="font" type="font/woff2" crossorigin>',
        scripts=f'<script type="module" src="{script}"></script>\n'
        f'<script defer src="{shared.script}"></script>',
        setup=write_json(setup),
        bar=write_bar(shared, "", "index.html#pages", live=True),
        file=ONE_FILE,
        footer=FOOTER,
    )
    made["live.html"] = page.encode()
    return made
