"""The tensors that a network has before a layer, found by their names."""

from __future__ import annotations

from dataclasses import dataclass, field

from symconv.core.tensor import Tensor

READ = {"input", "value"}
"""The roles of the tensors that a later layer may read."""

PURPOSES = {
    "weights": "weights",
    "pos_weight": "weights of the positives",
    "mean": "running mean",
    "variance": "running variance",
    "mask": "mask",
    "padding_mask": "mask of the padding",
}
"""What is given without being a target is for, by the field of the layer that takes it."""


@dataclass
class EarlierTensors:
    """What was made before, kept by name as it grows: a deep network is asked at every layer."""

    by_key: dict[str, Tensor] = field(default_factory=dict)
    sizes: set[str] = field(default_factory=set)
    """The names of the sizes in the shapes."""

    declared: set[str] = field(default_factory=set)
    """The names of the constants that stages of their own gave."""

    _latest: dict[str, Tensor] = field(default_factory=dict)
    _others: dict[str, list[Tensor]] = field(default_factory=dict)

    def add(self, tensor: Tensor, *, declared: bool = False) -> None:
        """Keep one more tensor; one that is declared may be read as inputs and values are."""
        self.by_key[tensor.key] = tensor
        self.declared |= {tensor.key} if declared else set()
        self.sizes |= {str(s) for n in tensor.shape for s in n.free_symbols}
        if self._is_read(tensor):
            self._latest[tensor.key] = self._latest[tensor.name.letter] = tensor
        else:
            self._others.setdefault(tensor.name.letter, []).append(tensor)

    def _is_read(self, tensor: Tensor) -> bool:
        return tensor.role in READ or tensor.key in self.declared

    def value(self, key: str) -> Tensor | None:
        """The input or the value of exactly that name."""
        found = self.by_key.get(key)
        return found if found is not None and self._is_read(found) else None

    def find(self, letter: str) -> Tensor | None:
        """The last input or value of that letter, or of that name."""
        return self._latest.get(letter)

    def value_keys(self) -> list[str]:
        """The names of all inputs and values, in order."""
        return [key for key, tensor in self.by_key.items() if self._is_read(tensor)]

    def named(self, name: str) -> tuple[Tensor, ...]:
        """What an equation may mean by a name: the last value of it, or parameters and the like.

        Several of one letter are none that is meant: they are told apart by their numbers.
        """
        found = self.find(name) or self.by_key.get(name)
        return (found,) if found is not None else tuple(self._others.get(name, ()))
