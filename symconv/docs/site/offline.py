"""The live page as one file that works from a disk: Python and all the rest inside, as base64."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from symconv.output.templates import render_template

from .font.math_font import math_font
from .live import (
    describe_setup,
    join_live_scripts,
    list_runtime_files,
    read_script,
    style_live_page,
    write_json,
)
from .runtime import build_runtime
from .sources import SiteFiles, SiteSources, compress_bytes

TYPE = "application/octet-stream"
"""The type of a script element that is data: it is never run."""


def write_offline_page(sources: SiteSources) -> SiteFiles:
    """`offline.html`: it asks for nothing, and opens by a double-click."""
    runtime = build_runtime(sources)
    style = style_live_page(f"data:font/woff2;base64,{encode_base64(math_font())}")
    # A worker is a file, or a blob: here it is made from the text of the page.
    script = "\n".join((read_script("inside.js"), join_live_scripts()))
    setup = describe_setup(runtime, parts={}, worker="", keeper="", megabytes=0)
    blocks = {part: content for part, (_, content) in list_runtime_files(runtime).items()}
    blocks["worker"] = read_script("worker.js").encode()
    # Scripts are text, and a third of it compressed; the others are compressed already.
    packed = {
        part: content if part in {"wasm", "library", "packages"} else compress_bytes(content)
        for part, content in blocks.items()
    }
    inside = "".join(
        f'<script type="{TYPE}" id="inside-{part}">{encode_base64(content)}</script>\n'
        for part, content in packed.items()
    )
    policy = (
        f"default-src 'none'; script-src {hash_source(script)} blob: 'wasm-unsafe-eval'; "
        f"worker-src blob:; connect-src blob:; style-src {hash_source(style)}; font-src data:; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    page = render_template(
        "site/live",
        "live.html.j2",
        policy=policy,
        style=f'<link rel="icon" href="data:,">\n<style>{style}</style>',
        scripts=f"{inside}<script>{script}</script>",
        setup=write_json(setup),
        bar="",
        file="",
        footer="symconv computes this in your browser, by Python compiled to WebAssembly. It is "
        "all in this file: keep it, send it, open it without a network.",
    )
    return {"offline.html": page.encode()}


def encode_base64(content: bytes) -> str:
    """The bytes as letters."""
    return b64encode(content).decode("ascii")


def hash_source(text: str) -> str:
    """A script or a style sheet as a policy names it."""
    return f"'sha256-{encode_base64(sha256(text.encode()).digest())}'"
