"""Models of other libraries as networks: `from_torch`, and the files of `symconv import`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from symconv.api import Network
from symconv.importers.imported import ImportedModel
from symconv.notation.presets import ASSUMED


@dataclass(frozen=True)
class ImportedNetwork(ImportedModel):
    """An imported model, and the network that it is: `Network.parse(text)` gives the same."""

    @cached_property
    def network(self) -> Network:
        """The network that the text describes."""
        return Network._of(self.spec, ASSUMED, "network", self.program)  # noqa: SLF001 - as `parse`


def from_torch(model: Any, example: Any) -> ImportedNetwork:
    """The network of a PyTorch module, as `torch.export` sees it for an example.

    `example` is the tensor that the module is called with, or a tuple of tensors; its sizes become
    those of the network. The module is exported in the mode in which it is: in that of evaluation
    batch normalisation has its running statistics, and dropout does nothing. Weights keep the
    layout that they have in PyTorch. SymconvError where PyTorch is missing or cannot export the
    module, and with every operation that has no layer.

        >>> imported = from_torch(model, torch.zeros(2, 1, 28, 28))         # doctest: +SKIP
        >>> imported.network.compile().forward(x=x, **imported.weights)     # doctest: +SKIP
    """
    from symconv.importers.frontends.torch_model import import_torch_module

    return _name_network(import_torch_module(model, example))


def _name_network(model: ImportedModel) -> ImportedNetwork:
    return ImportedNetwork(**{f.name: getattr(model, f.name) for f in fields(model)})
