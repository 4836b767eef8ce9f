"""A page as a notebook shows it, in a frame that is shut off, and as a file."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from pathlib import Path

from .files import write_file

HEIGHT = 640
"""How high the frame is, in pixels: grids and formula of a small network without scrolling."""


@dataclass(frozen=True)
class Picture:
    """One self-contained page. A notebook shows it; `save` writes it, for any browser.

    In the notebook it stands in a frame with `sandbox="allow-scripts"`: its own script runs, and it
    reaches neither the notebook nor the network.
    """

    title: str
    html: str = field(repr=False)

    def save(self, path: str | Path, *, force: bool = False) -> Path:
        """Write the page to a file; SymconvError where one is there already, without `force`."""
        found = Path(path)
        write_file(found, self.html, force=force)
        return found

    def __repr__(self) -> str:
        size = -(-len(self.html.encode()) // 1000)
        return (
            f"<Picture of {self.title}, {size} kB: the last line of a notebook's cell shows it, "
            ".save('picture.html') writes it for a browser>"
        )

    def _repr_html_(self) -> str:
        title, page = (html.escape(text, quote=True) for text in (self.title, self.html))
        return (
            f'<iframe sandbox="allow-scripts" title="{title}" srcdoc="{page}" '
            f'style="width: 100%; height: {HEIGHT}px; border: 1px solid #8888"></iframe>'
        )

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self._repr_html_()}
