"""A call of an operator in an exported program, with its arguments by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from symconv.importers.graph.records import Operation, Shape, StoredArray
from symconv.importers.graph.refusals import NotImportedError


class TorchName(str):
    """The name of a tensor among the arguments, which may be texts as well."""

    __slots__ = ()


@dataclass(frozen=True)
class TorchCall:
    """A call: the operator, its arguments by the names of its schema, and what it gives."""

    target: str
    arguments: Mapping[str, Any]
    outputs: tuple[str, ...]
    shapes: Mapping[str, Shape]
    place: str
    arrays: Mapping[str, StoredArray] = field(default_factory=dict)

    @property
    def reads(self) -> tuple[str, ...]:
        """The tensors that it reads."""
        several = (v if isinstance(v, tuple) else (v,) for v in self.arguments.values())
        return tuple(n for some in several for n in some if isinstance(n, TorchName))

    def tensor(self, *names: str) -> TorchName | None:
        """The tensor under the first of these names; None where it is left out."""
        found = next((self.arguments[n] for n in names if n in self.arguments), None)
        return found if isinstance(found, TorchName) else None

    def operand(self, name: str) -> TorchName | float | None:
        """A tensor or a number."""
        found = self.arguments.get(name)
        if isinstance(found, bool) or not isinstance(found, (TorchName, int, float)):
            return None
        return found

    def shape(self, name: str = "self") -> Shape:
        """The shape of a tensor among the arguments."""
        found = self.tensor(name)
        if found is None or found not in self.shapes:
            raise NotImportedError(f"its argument '{name}' has no shape")
        return self.shapes[found]

    def output_shape(self, output: str | None = None) -> Shape:
        """The shape of an output, the first one where none is named."""
        key = f"%{self.outputs[0] if output is None else output}"
        if key not in self.shapes:
            raise NotImportedError("its output has no shape")
        return self.shapes[key]

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number."""
        found = self.arguments.get(name, default)
        if not isinstance(found, int) or isinstance(found, bool):
            raise NotImportedError(f"its argument '{name}' is no whole number")
        return found

    def number(self, name: str, default: float | None = None) -> float:
        """A number."""
        found = self.arguments.get(name, default)
        if isinstance(found, bool) or not isinstance(found, (int, float)):
            raise NotImportedError(f"its argument '{name}' is no number")
        return float(found)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """True or false."""
        found = self.arguments.get(name, default)
        if not isinstance(found, bool):
            raise NotImportedError(f"its argument '{name}' is neither true nor false")
        return found

    def sizes(self, name: str, rank: int, default: int | tuple[int, ...] | None = None) -> Shape:
        """One number an axis; a single one stands for all axes."""
        found = self.arguments.get(name)
        # An empty list is torch's way to leave a stride out.
        found = default if found is None or found == () else found
        found = (found,) if isinstance(found, int) and not isinstance(found, bool) else found
        if not isinstance(found, tuple) or any(type(n) is not int for n in found):
            raise NotImportedError(f"its argument '{name}' is no list of whole numbers")
        found = found * rank if len(found) == 1 else found
        if len(found) != rank:
            raise NotImportedError(
                f"its argument '{name}' has {len(found)} numbers for {rank} axes"
            )
        return found

    def expect(self, **usual: Any) -> None:
        """NotImportedError unless the named arguments are what they usually are, or left out."""
        for name, value in usual.items():
            if self.arguments.get(name, value) != value:
                raise NotImportedError(f"its option {name} = {str(self.arguments[name])[:40]}")

    def make(self, kind: str, *inputs: str | float | None, **options: Any) -> Operation:
        """The operation that its first output is."""
        return self.make_output(self.outputs[0], kind, *inputs, **options)

    def make_output(
        self, output: str, kind: str, *inputs: str | float | None, **options: Any
    ) -> Operation:
        """An operation for one of its outputs."""
        plain = tuple(str(n) if isinstance(n, TorchName) else n for n in inputs)
        return Operation(
            kind, plain, f"%{output}", self.place, options, self.shapes.get(f"%{output}")
        )

    def refuse(self, output: str, reason: str) -> Operation:
        """An operation that will be refused, if the output of the model depends on it."""
        return self.make_output(output, "refused", *self.reads, reason=reason)


Translation = Callable[[TorchCall], Iterable[Operation]]
"""What makes operations of a call."""
