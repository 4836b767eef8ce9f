"""The documentation as files: every page, its style, its search, its pictures."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from symconv.docs.site.font.math_font import math_font
from symconv.output.templates import template_environment
from symconv.render.document.html import style_sheet

from .collect import ROOT, collect_pages
from .layout import SharedFiles, lay_out_page, name_by_content
from .search_index import write_search_index
from .start import write_start


def write_documentation() -> Mapping[str, bytes]:
    """Every file of the documentation by its path on the site; the same bytes every time."""
    written = list(collect_pages())
    pages = [write_start([p for p in written if p.group == "Tutorials"]), *written]
    index = write_search_index(pages)
    folder = template_environment("site/pages")
    font = math_font()
    font_name = name_by_content("math.woff2", font)
    style = style_sheet() + folder.get_template("site.css").render().replace(
        "math.woff2", font_name
    )
    script = folder.get_template("search.js").render()
    contents = {
        "docs.css": style.encode(),
        "search.js": script.encode(),
        "search-index.js": index,
        "icon.svg": folder.get_template("icon.svg").render().encode(),
    }
    names = {path: name_by_content(path, content) for path, content in contents.items()}
    shared = SharedFiles(*(names[path] for path in contents))
    found = {names[path]: content for path, content in contents.items()} | {font_name: font}
    for page in pages:
        found[page.path] = lay_out_page(page, pages, shared)
        for path, source in page.files.items():
            if path not in {p.path for p in pages}:
                found[path] = (ROOT / source).read_bytes()
    return MappingProxyType(found)
