"""Derivation documents: LaTeX, Markdown and plain text."""

from __future__ import annotations

from collections.abc import Sequence

from symconv.core.equation import Equation, Program
from symconv.core.proof import Derivation
from symconv.notation.presets import Notation

from .document import Content, page
from .environment import rendered
from .scalars import Unrolled
from .scribe import LATEX, MARKDOWN, TEXT

Backward = Sequence[Derivation | Equation]


def derivation_latex(  # noqa: PLR0913 - the words of a document
    program: Program,
    backward: Backward,
    notation: Notation,
    *,
    title: str,
    conventions: Sequence[str] = (),
    document: bool = True,
    unrolled: Sequence[Unrolled] = (),
) -> str:
    """A standalone document, or a fragment that needs amsmath and nothing else."""
    content = _content(program, backward, notation, title, conventions, unrolled)
    template = "document.tex.j2" if document else "fragment.tex.j2"
    return rendered("latex", template, page=page(content, LATEX))


def derivation_markdown(  # noqa: PLR0913
    program: Program,
    backward: Backward,
    notation: Notation,
    *,
    title: str,
    conventions: Sequence[str] = (),
    unrolled: Sequence[Unrolled] = (),
) -> str:
    """Markdown with formulas in ```math fences, as GitHub shows them."""
    content = _content(program, backward, notation, title, conventions, unrolled)
    return rendered("markdown", "derivation.md.j2", page=page(content, MARKDOWN))


def derivation_text(  # noqa: PLR0913
    program: Program,
    backward: Backward,
    notation: Notation,
    *,
    title: str,
    conventions: Sequence[str] = (),
    unrolled: Sequence[Unrolled] = (),
) -> str:
    """Plain text for a terminal of 100 columns."""
    content = _content(program, backward, notation, title, conventions, unrolled)
    return rendered("text", "derivation.txt.j2", page=page(content, TEXT))


def _content(  # noqa: PLR0913, PLR0917
    program: Program,
    backward: Backward,
    notation: Notation,
    title: str,
    conventions: Sequence[str],
    unrolled: Sequence[Unrolled],
) -> Content:
    return Content(program, tuple(backward), notation, title, tuple(conventions), tuple(unrolled))
