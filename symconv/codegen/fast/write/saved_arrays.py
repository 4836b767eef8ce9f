"""Arrays that are written once: the forward pass hands its own to the backward pass."""

from __future__ import annotations

from dataclasses import dataclass, field

from symconv.codegen.python.result_classes import KEPT

from .function_writer import FunctionWriter


@dataclass
class SavedArrays:
    """Names by what the arrays hold, a key of any kind.

    `returned` are those that the forward pass answers beside its values, which makes them residuals
    of the backward pass. `forward` tells which pass is being written.
    """

    names: dict[object, str] = field(default_factory=dict)
    returned: dict[str, None] = field(default_factory=dict)
    forward: bool = True

    def keep(self, key: object, name: str) -> str:
        """Remember by what an array holds how it is called; answers the name.

        In the forward pass the array is returned, too, so that the backward pass need not write it
        again.
        """
        self.names[key] = name
        if self.forward:
            self.returned[name] = None
        return name

    def read(self, scribe: FunctionWriter, key: object) -> str | None:
        """How an array is called where it is read; None if nobody has written it."""
        name = self.names.get(key)
        # A local variable of its own pass, or a field of what the forward pass kept.
        if name is None or self.forward or name not in self.returned:
            return name
        scribe.values = True
        return f"values.{KEPT}.{name}"
