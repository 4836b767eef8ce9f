"""The service worker: what a browser keeps of the site, so that it opens without a network."""

from __future__ import annotations

import json
from hashlib import sha256

from symconv.output.templates import template_environment

from .sources import HASH_LETTERS, SiteFiles

KEEPER = "service-worker.js"
"""At the top, since a service worker answers for the folder that it lies in and those below."""

LEFT_OUT = frozenset({"offline.html"})
"""The site once more, in one file: whoever wants to keep that keeps it as a file."""


def write_keeper(files: SiteFiles) -> str:
    """The service worker for these files: its name changes with any of them."""
    kept = sorted(files.keys() - LEFT_OUT)
    digest = sha256()
    for path in kept:
        digest.update(sha256(path.encode() + b"\0" + files[path]).digest())
    setup = {"name": f"symconv-{digest.hexdigest()[:HASH_LETTERS]}", "files": kept}
    script = template_environment("site/live").get_template("keeper.js").render()
    return script.replace("SETUP", json.dumps(setup, indent=1))
