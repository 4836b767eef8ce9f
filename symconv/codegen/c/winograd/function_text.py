"""One function of a file while it is written: its head, its parameters, its lines in braces."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field


@dataclass
class FunctionText:
    """A static function; `parameters` as they stand in its head."""

    name: str
    parameters: tuple[str, ...]
    body: list[str] = field(default_factory=list)
    depth: int = 1

    def line(self, text: str) -> None:
        """One line at the depth of the braces that are open."""
        self.body.append(f"{'  ' * self.depth}{text}")

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Braces behind a head."""
        self.line(f"{head} {{")
        self.depth += 1
        yield
        self.depth -= 1
        self.line("}")

    def loop(
        self, name: str, end: int, step: int = 1, first: int = 0
    ) -> AbstractContextManager[None]:
        """A loop of a counter from `first` to below `end`."""
        go = f"{name}++" if step == 1 else f"{name} += {step}"
        return self.block(f"for (int {name} = {first}; {name} < {end}; {go})")

    @property
    def lines(self) -> list[str]:
        """All of it."""
        return [f"static void {self.name}({', '.join(self.parameters)})", "{", *self.body, "}"]


def declare_input(name: str) -> str:
    """The parameter of an array that is read."""
    return f"reals_in {name}"


def declare_output(name: str) -> str:
    """The parameter of an array that is written."""
    return f"reals_out {name}"
