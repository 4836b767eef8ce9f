"""Statements of code, as far as they give names their values: assignments, loops, choices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .syntax_tree import SyntaxNode


@dataclass(frozen=True)
class LocalName(SyntaxNode):
    """A name that the code itself gives a value, and not the network."""

    name: str


@dataclass(frozen=True)
class CodeStep(SyntaxNode):
    """A statement that changes what names stand for; `line` is where it stands."""

    line: int


@dataclass(frozen=True)
class CodeAssignment(CodeStep):
    """`a = value`, `a, b = value`; `mark` is the sign before `=` in `a += value`, else empty.

    An empty name among the targets is one that nobody reads.
    """

    targets: tuple[str, ...]
    value: SyntaxNode
    mark: str = ""


@dataclass(frozen=True)
class ItemAssignment(CodeStep):
    """`a[indices] = value`, or `a[indices] += value` with its sign as `mark`."""

    name: str
    indices: tuple[SyntaxNode, ...]
    value: SyntaxNode
    mark: str = ""


@dataclass(frozen=True)
class LoopRange(SyntaxNode):
    """`name` runs from `low` to `high`, which is not counted, by `step`."""

    name: str
    low: SyntaxNode
    high: SyntaxNode
    step: SyntaxNode


@dataclass(frozen=True)
class CodeLoop(CodeStep):
    """The body for every choice of the names, the last one running fastest."""

    ranges: tuple[LoopRange, ...]
    body: tuple[CodeStep, ...]


@dataclass(frozen=True)
class CodeBranch(CodeStep):
    """The body where a condition on whole numbers holds, and `other` elsewhere."""

    condition: SyntaxNode
    body: tuple[CodeStep, ...]
    other: tuple[CodeStep, ...] = ()


@dataclass(frozen=True)
class CodeRun(SyntaxNode):
    """The value of a formula after some steps were taken, one after the other."""

    steps: tuple[CodeStep, ...]
    value: SyntaxNode


def read_names(node: SyntaxNode) -> set[str]:
    """The names of code whose values a node needs."""
    found = {n.name for n in node.walk() if isinstance(n, LocalName)}
    for step in list_assignments(node):
        if isinstance(step, ItemAssignment):
            found.add(step.name)
        elif step.mark:
            found |= set(step.targets)
    return found


def list_assignments(step: SyntaxNode) -> Iterator[CodeAssignment | ItemAssignment]:
    """Every assignment of a step, those inside loops and choices among them."""
    for node in step.walk():
        if isinstance(node, CodeAssignment | ItemAssignment):
            yield node


def name_targets(step: SyntaxNode) -> set[str]:
    """The names that a step gives a value, or changes."""
    found: set[str] = set()
    for node in list_assignments(step):
        found |= {node.name} if isinstance(node, ItemAssignment) else set(node.targets)
    found |= {node.name for node in step.walk() if isinstance(node, LoopRange)}
    return found - {""}


def choose_steps(
    steps: Sequence[CodeStep], value: SyntaxNode, shared: dict[str, frozenset[str]]
) -> tuple[CodeStep, ...]:
    """The steps that a formula needs; `shared` are the names that a change of one changes, too."""
    needed, found = read_names(value), list[CodeStep]()
    for step in reversed(steps):
        written = name_targets(step)
        touched = {other for name in written for other in shared.get(name, {name})}
        if not touched & needed:
            continue
        found.append(step)
        fresh = isinstance(step, CodeAssignment) and not step.mark and touched == written
        if fresh:
            needed -= written
        needed |= read_names(step)
    return tuple(reversed(found))
