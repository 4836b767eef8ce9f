"""A derivation as people read it: text, LaTeX, Markdown, JSON, PDF, and in a notebook."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

from sympy import Expr, count_ops

from symconv.core.equation import Equation, Program
from symconv.core.errors import SymconvError
from symconv.core.proof import Backward, Derivation, Ending, Step
from symconv.core.tensor import Tensor
from symconv.notation.conventions import describe_layout
from symconv.notation.presets import Notation
from symconv.render.document.content import Content
from symconv.render.document.detail import parse_detail
from symconv.render.document.displays import CaseEntries
from symconv.render.document.markup_settings import TEXT_COLUMNS, check_columns
from symconv.render.document.plain_align import plain_latex
from symconv.render.document.result_documents import (
    check_math,
    check_only,
    results_html,
    results_markdown,
    results_text,
)
from symconv.render.document.symbol_notes import Sentence
from symconv.schemas import with_format
from symconv.semantics.entrywise import EntrywiseGradients, Place, count_expanded_terms
from symconv.semantics.work import count_terms
from symconv.structure.operation_counts import EquationCost

from .document import documents as emit
from .network_summary import shorten_line
from .small_case import SmallestCase

MOST_ENTRIES = 40
"""How many entries of a tensor are written out: up to a 6 x 6 kernel, a page of lines."""

MOST_OPERATIONS = 40
"""How many operations the formula of an entry may have with all deltas put in.

That is about two lines; where one has more, deltas stay symbols.
"""

MOST_TERMS = 200
"""The most terms of an entry with all deltas put in, for which its length is looked at."""

MOST_SYMBOLS = 64
"""The most terms of an entry in which deltas stay symbols: four lines or so.

A bias of a convolution is the sum of all error signals of its channel, which the formula with its
sum says better than a page of symbols: of a U-Net on 8 x 8 pixels more than half of the document.
"""


@dataclass(frozen=True)
class DerivationDocument:
    """The derivations of a backward pass, ready to be written down.

    `detail` is terse, normal or full; with `case`, the smallest sizes that show it follow, every
    gradient written out entry by entry.
    """

    forward: Program
    backward: Backward
    notation: Notation
    title: str
    conventions: tuple[str, ...]

    @property
    def derivation(self) -> Derivation:
        """The derivation for the tensor that was asked for first."""
        found = self.backward.derivation(self.backward.wrt[0].key)
        assert found is not None
        return found

    @property
    def steps(self) -> tuple[Step, ...]:
        """Its steps."""
        return self.derivation.steps

    @property
    def formula(self) -> Expr:
        """Its result, in index form."""
        return self.derivation.equation.rhs

    def latex(  # noqa: PLR0913 - each says where the formulas go
        self,
        *,
        document: bool = False,
        detail: str = "normal",
        case: bool = False,
        costs: bool = False,
        width: float | None = None,
        plain: bool = False,
        only: str = "",
    ) -> str:
        r"""A fragment for `\input` that needs amsmath, or a whole document.

        `width` is what `\the\columnwidth` says where the fragment goes, in points. `plain` is one
        `align` without a macro of ours, and a label for each equation; the results alone, which
        `only="result"` asks for, are such an `align`, too.
        """
        if check_only(only) or plain:
            return plain_latex(self._formulas(detail), width, only=only)
        words = self._at(detail, case=case, costs=costs)
        return emit.derivation_latex(*self._subject, **words, document=document, width=width)

    def markdown(
        self,
        *,
        detail: str = "normal",
        case: bool = False,
        costs: bool = False,
        math: str = "github",
        only: str = "",
    ) -> str:
        """Markdown as GitHub renders it; with `math="dollars"` between two of these."""
        dollars = check_math(math) == "dollars"
        if check_only(only):
            return results_markdown(self._formulas(detail), math)
        words = self._at(detail, case=case, costs=costs)
        if dollars:
            return emit.derivation_notebook(*self._subject, **words)
        return emit.derivation_markdown(*self._subject, **words)

    def html(
        self,
        *,
        detail: str = "normal",
        case: bool = False,
        costs: bool = False,
        fragment: bool = False,
        only: str = "",
    ) -> str:
        """One HTML file that needs no network and runs no script; or its `main` element alone."""
        if check_only(only):
            return results_html(self._formulas(detail), fragment=fragment)
        words = self._at(detail, case=case, costs=costs)
        return emit.derivation_html(*self._subject, **words, fragment=fragment)

    def html_parts(self, *, detail: str = "normal") -> emit.HtmlParts:
        """The elements of the page apart: equations, results and rules."""
        return emit.derivation_html_parts(*self._subject, **self._at(detail))

    def text(
        self,
        *,
        detail: str = "normal",
        case: bool = False,
        costs: bool = False,
        width: int = TEXT_COLUMNS,
        only: str = "",
    ) -> str:
        """Plain text in lines of `width` columns; SymconvError where that is too narrow."""
        if check_only(only):
            return results_text(self._formulas(detail), check_columns(width))
        words = self._at(detail, case=case, costs=costs)
        return emit.derivation_text(*self._subject, **words, width=check_columns(width))

    def json(self, *, detail: str = "full", costs: bool = False) -> str:
        """Every step as data: rule, reason, both sides as trees, text and LaTeX."""
        from symconv.render.document.json_form import derivation_json

        found = derivation_json(*self._subject, **self._at(detail, costs=costs))
        return json.dumps(with_format("derivation", found), indent=1, sort_keys=True)

    def pdf(self, *, detail: str = "normal", costs: bool = False) -> bytes:
        """A PDF, where pdflatex is installed; SymconvError where it is not."""
        from symconv.render.document.pdf import compile_pdf

        return compile_pdf(self.latex(document=True, detail=detail, costs=costs))

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        cost = self.backward.cost.key
        asked = ", ".join(f"d{cost}/d{t.key}" for t in self.backward.wrt)
        return f"<DerivationDocument {shorten_line(f'{self.title}: {asked}')}>"

    def _repr_latex_(self) -> str:
        """The results as formulas: what a notebook shows as LaTeX has no headings and no words."""
        return emit.results_latex(*self._subject)

    def _repr_markdown_(self) -> str:
        return emit.derivation_notebook(*self._subject, **self._at("normal"))

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {
            "text/latex": self._repr_latex_(),
            "text/markdown": self._repr_markdown_(),
            "text/plain": self.text(),
        }

    @property
    def _subject(self) -> tuple[Program, tuple[Derivation | Equation, ...], Notation]:
        return self.forward, self.backward.items, self.notation

    def _formulas(self, detail: str) -> Content:
        """The derivations alone: nothing is proved of them, as nothing is said of them."""
        return emit.make_content(*self._subject, title=self.title, detail=parse_detail(detail))

    def _at(self, detail: str, *, case: bool = False, costs: bool = False) -> dict[str, Any]:
        """The words of a document at a level of detail."""
        level = parse_detail(detail)
        why = self.why_sizes.get(level, ())
        words = {**self._words, "detail": level, "why_sizes": why}
        words |= {"costs": self.costs} if costs else {}
        return words | {"case": self._case} if case and not self._words["unrolled"] else words

    @cached_property
    def _words(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "conventions": self._conventions,
            "unrolled": tuple(self._entries()),
            "structure": self.structure,
            "endings": self.endings,
        }

    @cached_property
    def costs(self) -> tuple[EquationCost, ...]:
        """The operations and the bytes of every equation, as formulas of the sizes."""
        from symconv.structure.operation_counts import count_costs

        return count_costs(self.backward.program)

    @cached_property
    def endings(self) -> Mapping[str, Ending]:
        """Further steps to the lines that textbooks end in, by the key of the result."""
        from symconv.calculus.endings.end_derivations import end_derivations

        return end_derivations(self.forward, self.backward)

    @property
    def _conventions(self) -> tuple[str, ...]:
        """The conventions but for the order of axes, which stands beside the shapes."""
        said = set(describe_layout(self.forward))
        return tuple(line for line in self.conventions if line not in said)

    @cached_property
    def _case(self) -> CaseEntries:
        """The smallest sizes that show everything; not needed where every entry stands already."""
        found = SmallestCase(self.forward, self.backward, self.notation)
        return CaseEntries(found.sizes, found.entries)

    @cached_property
    def structure(self) -> Mapping[str, tuple[Sentence, ...]]:
        """What operations the results are, as far as that is proved; by the key of the result."""
        from symconv.render.document.structure_words import describe_structure
        from symconv.render.formula.names import collect_names
        from symconv.structure import find_operations

        names = collect_names(self.forward, self.backward.items, self.notation)
        return describe_structure(find_operations(self.backward), names, self.forward.equations)

    @cached_property
    def why_sizes(self) -> Mapping[str, tuple[Sentence, ...]]:
        """What windows read, and which outputs an entry touches, by level of detail."""
        from symconv.render.document.size_words import describe_sizes
        from symconv.render.formula.names import collect_names

        names = collect_names(self.forward, self.backward.items, self.notation)
        return describe_sizes(self.backward, self.forward, names)

    def _entries(self) -> Iterator[tuple[str, Expr]]:
        """The gradients entry by entry, where there are few of them."""
        if not _has_numeric_sizes(self.backward):
            return
        tensors = [
            t
            for t in self.backward.wrt
            if _has_few_entries(t) and _has_short_sums(self.backward, t)
        ]
        unrolled = EntrywiseGradients(self.backward, self.notation)
        terms = count_expanded_terms(self.backward.program) if tensors else {}
        for tensor in tensors:
            expanded = terms[unrolled.result(tensor).key]
            for place, e in _readable_entries(unrolled, tensor, expanded).items():
                yield unrolled.label(tensor, place), e


def _has_numeric_sizes(backward: Backward) -> bool:
    return all(n.is_Integer for t in backward.program.tensors for n in t.shape)


def _has_few_entries(tensor: Tensor) -> bool:
    return prod(tensor.shape) <= MOST_ENTRIES


def _has_short_sums(backward: Backward, tensor: Tensor) -> bool:
    """Whether the sum behind an entry is short, with deltas as symbols."""
    derivation = backward.derivation(tensor.key)
    return derivation is not None and count_terms(derivation.equation.rhs, {}) <= MOST_SYMBOLS


def _readable_entries(
    unrolled: EntrywiseGradients, tensor: Tensor, expanded: int
) -> dict[Place, Expr]:
    """The entries with deltas put in where that stays short, else with deltas as symbols.

    `expanded` is the most terms of one entry with all deltas put in. None where that would take
    too long, because entries or terms are too many.
    """
    try:
        if expanded <= MOST_TERMS:
            entries = unrolled.entries(tensor)
            if all(count_ops(e) <= MOST_OPERATIONS for e in entries.values()):
                return entries
        return unrolled.entries(tensor, put_in_deltas=False)
    except SymconvError:
        return {}
