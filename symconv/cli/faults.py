"""What a person reads where symconv itself is at fault: that it is, and how to report it."""

from __future__ import annotations

import platform
import sys
import traceback
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from symconv import __version__

PACKAGE = Path(__file__).parents[1]


def describe_fault(error: BaseException) -> str:
    """One message for what nobody caught; without the error's own text, which may be a secret's."""
    system = f"symconv {__version__}, Python {platform.python_version()}, {sys.platform}"
    return (
        f"error: this is a fault of symconv: {type(error).__name__} {_place(error)}({system})\n"
        f"  = help: please report it {_address()}, with the command and its input\n"
        "  = help: SYMCONV_TRACEBACK=1 in the environment shows the traceback"
    )


def _place(error: BaseException) -> str:
    """The last line of symconv that was running."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if PACKAGE in Path(f.filename).parents]
    if not own:
        return ""
    return f"in {Path(own[-1].filename).relative_to(PACKAGE.parent).as_posix()}:{own[-1].lineno} "


def _address() -> str:
    """Where the package says that its issues are; the authors, where it says nothing."""
    try:
        found = metadata("symconv").get_all("Project-URL") or []
    except PackageNotFoundError:
        found = []
    urls = dict(entry.split(", ", 1) for entry in found if ", " in entry)
    issues = next((url for name, url in urls.items() if name.lower() in {"issues", "tracker"}), "")
    return f"at {issues}" if issues else "to the symconv developers"
