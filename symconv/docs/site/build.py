"""The whole site: parts that are written apart, joined into one folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

from symconv.output.files import write_files

from .keeper import KEEPER, write_keeper
from .live import write_live_page
from .offline import write_offline_page
from .pages.write import write_documentation
from .sources import SiteFiles, SiteSources
from .third_party import write_third_party

SitePart = Callable[[SiteSources], SiteFiles]

PARTS: tuple[SitePart, ...] = (
    write_live_page, write_offline_page, write_third_party, lambda _: write_documentation(),
)  # fmt: skip
"""Each is a function from the sources to files by their relative paths."""


def join_parts(sources: SiteSources, parts: tuple[SitePart, ...] = PARTS) -> SiteFiles:
    """The files of all parts; ValueError where two of them write the same path differently."""
    made: dict[str, bytes] = {}
    for part in parts:
        for path, content in part(sources).items():
            if made.setdefault(path, content) != content:
                raise ValueError(f"two parts of the site write {path}")
    return MappingProxyType(dict(sorted(made.items())))


def build_site(sources: SiteSources, folder: Path) -> SiteFiles:
    """Write the site into a folder; what an older build left there under other names stays."""
    parts = join_parts(sources)
    made = {**parts, KEEPER: write_keeper(parts).encode()}
    folders: dict[str, dict[str, bytes]] = {}
    for path, content in made.items():
        inside, _, name = path.rpartition("/")
        folders.setdefault(inside, {})[name] = content
    # What others lead to is there before them: the top is written last.
    for inside in sorted(folders, reverse=True):
        write_files(folder / inside, folders[inside], force=True)
    return made
