"""`python -m symconv.docs.site -o site`: build the site out of a clone.

Needs Node.js and npm; what it fetches is kept in a folder, and is fetched once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from symconv.codegen.c.cache import find_cache_folder
from symconv.core.errors import SymconvError
from symconv.core.exit_codes import ExitCode

from .build import build_site
from .sources import SiteSources

ROOT = Path(__file__).resolve().parents[3]


def main(words: Sequence[str] | None = None) -> int:
    """Build it, and say what was written; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m symconv.docs.site", description=__doc__)
    parser.add_argument("-o", dest="folder", type=Path, required=True, help="where it is written")
    parser.add_argument("--tools", type=Path, help="where fetched parts are kept; the cache")
    given = parser.parse_args(words)
    try:
        tools = given.tools or find_cache_folder() / "site"
        made = build_site(SiteSources(ROOT, tools), given.folder)
    except SymconvError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - a command
        return int(ExitCode.UNREAD)
    size = sum(len(content) for content in made.values()) / 1e6
    print(f"{len(made)} files, {size:.1f} MB in {given.folder}; to look at it:")  # noqa: T201
    print(f"python -m http.server -d {given.folder}, and open /live.html")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
