"""What the repository computes of itself: `python -m symconv.docs.regenerate` writes it anew.

The folder `generated/` holds the example networks, two of them in the fast style, too, and the
pages of `templates/site`; in these and in the README what stands between `<!-- NAME: ARGUMENTS -->`
and `<!-- end -->` is generated. A test holds all of it to this module.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

from symconv.api import Network
from symconv.core.exit_codes import MEANINGS
from symconv.layers import catalogue
from symconv.network.examples import EXAMPLES
from symconv.output.files import write_files
from symconv.output.templates import render_template

from .errata import list_errata
from .gallery import gallery_page
from .language_page import (
    list_functions,
    list_language_limits,
    show_grammar,
    show_grammar_examples,
)
from .layer_pages import layer_page, usage
from .mistakes_page import list_mistakes, list_rules
from .options_page import list_options
from .python_page import python_page
from .training_page import training_page
from .transcripts import run_examples

FAST = ("conv-pool-sigmoid-dense", "lenet5")
"""One that is tiny and unrolled, and one that is large and planned."""


def fast_files(name: str) -> dict[str, str]:
    """The fast module of an example and its tests, by file name.

    The tests compare it with the readable module, which they look for in the same folder.
    """
    readable = name.replace("-", "_")
    stem, generated = f"{readable}_fast", Network.example(name).generate("fast")
    twin = render_template("numpy", "test_twin.py.j2", twin=readable)
    return {
        f"{stem}.py": generated.source,
        f"test_{stem}.py": generated.tests(stem) + twin,
    }


ROOT = Path(__file__).resolve().parents[2]
REGION = re.compile(r"<!-- (\w+)(?:: ([^\n]*?))? -->\n.*?<!-- end -->", re.DOTALL)


def example_files(name: str) -> dict[str, str]:
    """The files of an example network, by file name."""
    return Network.example(name).files() | (fast_files(name) if name in FAST else {})


def layer_files() -> dict[str, str]:
    """The page of every layer, by file name."""
    return {f"{keyword}.md": layer_page(keyword) for keyword in catalogue()}


PAGES = MappingProxyType(
    {
        "commands.md": "commands.md",
        "mistakes.md": "mistakes.md",
        "styles.md": "styles.md",
        "conventions.md": "conventions.md",
        "language.md": "language.md",
        "ci.md": "ci.md",
        "marking.md": "marking.md",
        "hand.md": "hand.md",
        "exercises.md": "exercises.md",
        "editors.md": "editors.md",
        "errata.md": "errata.md",
        "layers/README.md": "layers.md",
    }
)
"""The pages of `generated/` that are written by hand but for their regions, and their sources."""


TUTORIALS = (
    "forum-question.md",
    "own-layer.md",
    "paper-appendix.md",
    "train-lenet.md",
    "check-a-book.md",
    "mark-a-course.md",
)
"""The tutorials, in the order in which somebody new would read them."""


def site_file(source: str) -> str:
    """A page of `templates/site` with its regions and the outputs of its examples."""
    text = (ROOT / "templates" / "site" / source).read_text(encoding="utf-8")
    return run_examples(update_regions(text))


def site_files() -> dict[str, str]:
    """The pages of the site, by their path in `generated/`."""
    return {path: site_file(source) for path, source in PAGES.items()}


def tutorial_files() -> dict[str, str]:
    """The tutorials by file name, every example run."""
    return {name: site_file(f"tutorials/{name}") for name in TUTORIALS}


def update_regions(text: str) -> str:
    """A page with its generated regions written anew."""
    return REGION.sub(_rewrite_region, text)


def _rewrite_region(match: re.Match[str]) -> str:
    name, arguments = match[1], match[2] or ""
    head = match[0].split("\n", 1)[0]
    return f"{head}\n{REGIONS[name](*arguments.split())}\n<!-- end -->"


def _derivation(example: str, tensor: str) -> str:
    """The derivation of one gradient, without the words around it."""
    text = Network.example(example).derivation(tensor).markdown()
    start = text.rindex("\n## Gradient") if "\n## Gradient" in text else text.rindex("\n## ")
    return text[start:].split("\n", 2)[2].strip()


def _function(example: str, name: str) -> str:
    """One function of a generated module, without its docstring."""
    found = Network.example(example).generate().module.function(name)
    lines = [found.signature, *found.lines] if found else []
    return "\n".join(["```python", *lines, "```"])


def _loop(example: str, result: str) -> str:
    """The loops that compute one result, from the loops style."""
    functions = Network.example(example).generate("loops").module.functions
    blocks = [b for f in functions for b in f.blocks]
    found = next(b for b in blocks if any(part.assigns == result for part in b))
    lines = "\n".join(line for part in found for line in part.lines)
    return f"```python\n{textwrap.dedent(lines)}\n```"


def _layers() -> str:
    """A table of the catalogue."""
    rows = ["| in a network text | forward equation |", "|---|---|"]
    for keyword, layer in catalogue().items():
        formula = (layer.__doc__ or "").split("\n\n")[0].replace("\n    ", " ").replace("|", "\\|")
        rows.append(f"| [`{usage(layer)}`]({keyword}.md) | {formula} |")
    return "\n".join(rows)


def _exit_codes() -> str:
    """The table of exit codes."""
    rows = [f"| {code.value} | {meaning} |" for code, meaning in MEANINGS.items()]
    return "\n".join(["| exit code | says |", "|---|---|", *rows])


def _file(path: str) -> str:
    """A file of the repository."""
    return f"```python\n{(ROOT / path).read_text(encoding='utf-8').strip()}\n```"


REGIONS: MappingProxyType[str, Callable[..., str]] = MappingProxyType(
    {
        "derivation": _derivation,
        "function": _function,
        "loop": _loop,
        "layers": _layers,
        "file": _file,
        "exit_codes": _exit_codes,
        "options": list_options,
        "grammar": show_grammar,
        "grammar_examples": show_grammar_examples,
        "functions": list_functions,
        "language_limits": list_language_limits,
        "mistakes": list_mistakes,
        "rules": list_rules,
        "errata": list_errata,
    }
)


def regenerate() -> None:
    """Write all of it."""
    for e in EXAMPLES:
        write_files(ROOT / "generated" / e.name, example_files(e.name), force=True)
    write_files(ROOT / "generated" / "layers", layer_files(), force=True)
    pages = {
        "gallery.md": gallery_page(),
        "training.md": training_page(),
        "python.md": python_page(),
    }
    write_files(ROOT / "generated", pages, force=True)
    write_files(ROOT / "generated" / "tutorials", tutorial_files(), force=True)
    for page, text in site_files().items():
        path = ROOT / "generated" / page
        write_files(path.parent, {path.name: text}, force=True)
    path = ROOT / "README.md"
    write_files(ROOT, {path.name: update_regions(path.read_text(encoding="utf-8"))}, force=True)


if __name__ == "__main__":
    regenerate()
