"""Arrays that are written once: the forward pass hands its own to the backward pass."""

from __future__ import annotations

from dataclasses import dataclass, field

from .function_writer import Scribe


@dataclass
class Kept:
    """Names by what the arrays hold; `handed` are those that the forward pass answers."""

    names: dict[object, str] = field(default_factory=dict)
    handed: dict[str, None] = field(default_factory=dict)
    forward: bool = True

    def keep(self, key: object, name: str) -> str:
        """Note an array that has just been written."""
        self.names[key] = name
        if self.forward:
            self.handed[name] = None
        return name

    def read(self, scribe: Scribe, key: object) -> str | None:
        """How an array is called where it is read; None if nobody has written it."""
        name = self.names.get(key)
        if name is None or self.forward or name not in self.handed:
            return name
        scribe.values = True
        return f"values.{name}"
