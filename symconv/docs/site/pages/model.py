"""What a page of the documentation is before it is laid out."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field

from .markdown import Heading


@dataclass(frozen=True)
class DocumentationPage:
    """A page: its path on the site, its title in navigation, its group, and its body as HTML.

    `words` are plain words by the anchor above them, for the search; `files` are files of the
    repository that its links lead to, by their path on the site. `lead` is a sentence about it.
    """

    path: str
    title: str
    group: str
    body: str
    headings: tuple[Heading, ...] = ()
    words: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    lead: str = ""


def relative_link(page: str, target: str) -> str:
    """The path from a page to another file of the site; both count from the top."""
    return posixpath.relpath(target, posixpath.dirname(page) or ".")


def site_path(source: str) -> str:
    """Where a file of the repository is found on the site.

    `generated/layers/README.md` is `layers/index.html`, other Markdown has its own name; the
    README is the start; text files are pages below `source/`, pictures keep their names.
    """
    if source == "README.md":
        return "index.html"
    inside = source.removeprefix("generated/")
    if inside != source and inside.endswith(".md"):
        stem = inside.removesuffix(".md")
        return (
            f"{stem.removesuffix('README')}index.html"
            if stem.endswith("README")
            else f"{stem}.html"
        )
    if inside.endswith((".png", ".svg")):
        return inside
    return f"source/{source.rstrip('/')}.html"
