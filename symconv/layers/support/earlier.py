"""The tensors that a network has before a layer, found by their names."""

from __future__ import annotations

from dataclasses import dataclass, field

from symconv.core.tensor import Tensor

READ = {"input", "value"}
"""The roles of the tensors that a later layer may read."""


@dataclass
class EarlierTensors:
    """What was made before, kept by name as it grows: a deep network is asked at every layer."""

    by_key: dict[str, Tensor] = field(default_factory=dict)
    sizes: set[str] = field(default_factory=set)
    """The names of the sizes in the shapes."""

    _latest: dict[str, Tensor] = field(default_factory=dict)

    def add(self, tensor: Tensor) -> None:
        """Keep one more tensor."""
        self.by_key[tensor.key] = tensor
        self.sizes |= {str(s) for n in tensor.shape for s in n.free_symbols}
        if tensor.role in READ:
            self._latest[tensor.key] = self._latest[tensor.name.letter] = tensor

    def value(self, key: str) -> Tensor | None:
        """The input or the value of exactly that name."""
        found = self.by_key.get(key)
        return found if found is not None and found.role in READ else None

    def find(self, letter: str) -> Tensor | None:
        """The last input or value of that letter, or of that name."""
        return self._latest.get(letter)

    def value_keys(self) -> list[str]:
        """The names of all inputs and values, in order."""
        return [key for key, tensor in self.by_key.items() if tensor.role in READ]
