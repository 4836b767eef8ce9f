"""The pages of the documentation in the order of their list, each from its Markdown."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from symconv.core.errors import SymconvError
from symconv.layers import catalogue
from symconv.network.examples import EXAMPLES

from .derivations import write_gallery, write_layer, write_network, write_step_section
from .markdown import Insets, convert_markdown, find_targets, write_code_block
from .model import DocumentationPage, relative_link, site_path
from .questions import LIVE_PAGE

ROOT = Path(__file__).resolve().parents[4]
REGION = re.compile(r"<!-- derivation: (\S+) (\S+) -->\n.*?<!-- end -->", re.DOTALL)


@dataclass(frozen=True)
class PageSource:
    """Where a page comes from: its Markdown in the repository, its title in the list, its group."""

    path: str
    title: str
    group: str


SOURCES = (
    PageSource("generated/tutorials/forum-question.md", "A question from a forum", "Tutorials"),
    PageSource("generated/tutorials/own-layer.md", "A layer of your own", "Tutorials"),
    PageSource("generated/tutorials/paper-appendix.md", "The appendix of a paper", "Tutorials"),
    PageSource("generated/tutorials/train-lenet.md", "Train LeNet", "Tutorials"),
    PageSource("generated/tutorials/check-a-book.md", "Check a book in CI", "Tutorials"),
    PageSource("generated/tutorials/mark-a-course.md", "Mark a course", "Tutorials"),
    PageSource("generated/gallery.md", "Gallery of questions", "Questions"),
    PageSource("generated/claims.md", "What a claim may look like", "Questions"),
    PageSource("generated/mistakes.md", "Mistakes and rules", "Questions"),
    PageSource("generated/errata.md", "Errata that a machine finds", "Questions"),
    PageSource("generated/language.md", "The language", "Reference"),
    PageSource("generated/commands.md", "Commands", "Reference"),
    PageSource("generated/ci.md", "Formulas checked in CI", "Reference"),
    PageSource("generated/marking.md", "Marking", "Reference"),
    PageSource("generated/exercises.md", "Exercises", "Reference"),
    PageSource("generated/editors.md", "Where people write", "Reference"),
    PageSource("generated/python.md", "Python", "Reference"),
    PageSource("generated/styles.md", "Styles of code", "Reference"),
    PageSource("generated/conventions.md", "Conventions", "Reference"),
    PageSource("generated/training.md", "Training", "Reference"),
    PageSource("generated/layers/README.md", "All layers", "Layers"),
)


def collect_pages() -> Iterator[DocumentationPage]:
    """Every page but the start: those that are written, then the files that they lead to."""
    files: dict[str, str] = {}
    for source, write in list_sources():
        page = convert_source(source, write)
        files.update(page.files)
        yield page
    for path, source_path in files.items():
        if not source_path.endswith((".png", ".svg")):
            yield show_file(path, source_path)


def list_sources() -> Iterator[tuple[PageSource, Callable[[Insets], str]]]:
    """Every page and what writes its Markdown."""
    for source in (*SOURCES, *_list_others()):
        if source.path == "generated/gallery.md":
            yield source, write_gallery
        else:
            yield source, _read(source.path)
    for keyword in catalogue():
        source = PageSource(f"generated/layers/{keyword}.md", keyword, "Layers")
        yield source, partial(write_layer, keyword)
    for example in EXAMPLES:
        path = f"generated/{example.name}/{example.name.replace('-', '_')}.md"
        source = PageSource(path, example.name, "Derivations")
        yield source, partial(write_network, example.name)


def _list_others() -> Iterator[PageSource]:
    """Pages of `generated/` itself that have no place in the list: they end the reference."""
    known = {source.path for source in SOURCES}
    for file in sorted((ROOT / "generated").glob("*.md")):
        path = f"generated/{file.name}"
        if path not in known:
            title = file.read_text(encoding="utf-8").split("\n", 1)[0].removeprefix("# ")
            yield PageSource(path, title, "Reference")


def _read(path: str) -> Callable[[Insets], str]:
    """What reads a Markdown file, and writes its derivations as MathML."""

    def read(insets: Insets) -> str:
        text = (ROOT / path).read_text(encoding="utf-8")

        def keep_section(found: re.Match[str]) -> str:
            whole = f"generated/{found[1]}/{found[1].replace('-', '_')}.md"
            link = relative_link(site_path(path), site_path(whole))
            return insets.keep(write_step_section(found[1], found[2], link))

        return REGION.sub(keep_section, text)

    return read


def convert_source(source: PageSource, write: Callable[[Insets], str]) -> DocumentationPage:
    """A page from its Markdown; SymconvError with its name where that cannot be shown."""
    insets = Insets()
    text = write(insets)
    here = site_path(source.path)
    links, files = {}, {}
    for target in find_targets(text):
        if target == LIVE_PAGE:
            links[target] = relative_link(here, LIVE_PAGE)
            continue
        found = posixpath.normpath(posixpath.join(posixpath.dirname(source.path), target))
        if (ROOT / found).exists():
            there = site_path(found)
            links[target] = relative_link(here, there)
            if there.startswith("source/") or there.endswith((".png", ".svg")):
                files[there] = found
    try:
        made = convert_markdown(text, links, insets)
    except SymconvError as error:
        raise SymconvError(f"{source.path}: {error}") from error
    lead = next((words for words in made.words.values() if words), "")
    return DocumentationPage(
        here, source.title, source.group, made.body, made.headings, dict(made.words), files, lead
    )


def show_file(path: str, source: str) -> DocumentationPage:
    """A file of the repository as a page, or a folder with all of its files below each other."""
    place, parts = ROOT / source, [f"<h1>{source}</h1>"]
    if place.is_dir():
        for file in sorted(f for f in place.iterdir() if f.is_file()):
            parts += [f"<h2>{file.name}</h2>", write_code_block(file.read_text(encoding="utf-8"))]
    else:
        parts.append(write_code_block(place.read_text(encoding="utf-8")))
    lead = f"{source}, as it stands in the repository of symconv."
    return DocumentationPage(path, source, "Sources", "\n".join(parts), lead=lead)
