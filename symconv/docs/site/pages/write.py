"""The documentation as files: every page, its style, its search, its pictures."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from symconv.docs.site.font.math_font import math_font
from symconv.output.templates import template_environment
from symconv.render.document.html import style_sheet

from .collect import ROOT, collect_pages
from .layout import SharedFiles, lay_out_page, name_by_content
from .model import DocumentationPage
from .search_index import write_search_index
from .start import write_start


@cache
def list_pages() -> tuple[DocumentationPage, ...]:
    """Every page of the documentation, the start first."""
    written = list(collect_pages())
    return (write_start([p for p in written if p.group == "Tutorials"]), *written)


def style_bar() -> str:
    """The style sheet of the bar, which every page of the site has."""
    return template_environment("site/pages").get_template("bar.css").render()


def write_shared_files() -> tuple[SharedFiles, dict[str, bytes]]:
    """What every page uses: the names, and the files by these names."""
    folder = template_environment("site/pages")
    font = math_font()
    font_name = name_by_content("math.woff2", font)
    site = folder.get_template("site.css").render().replace("math.woff2", font_name)
    contents = {
        "docs.css": f"{style_sheet()}{style_bar()}{site}".encode(),
        "search.js": folder.get_template("search.js").render().encode(),
        "search-index.js": write_search_index(list_pages()),
        "icon.svg": folder.get_template("icon.svg").render().encode(),
        "reach.js": folder.get_template("reach.js").render().encode(),
    }
    names = {path: name_by_content(path, content) for path, content in contents.items()}
    found = {names[path]: content for path, content in contents.items()} | {font_name: font}
    return SharedFiles(*(names[path] for path in contents)), found


def write_documentation() -> Mapping[str, bytes]:
    """Every file of the documentation by its path on the site; the same bytes every time."""
    pages = list_pages()
    shared, found = write_shared_files()
    for page in pages:
        found[page.path] = lay_out_page(page, pages, shared)
        for path, source in page.files.items():
            if path not in {p.path for p in pages}:
                found[path] = (ROOT / source).read_bytes()
    return MappingProxyType(found)
