"""Models of other libraries as networks: `from_torch`, and the files of `symconv import`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
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


def from_onnx(path: str | Path, sizes: Mapping[str, int] | None = None) -> ImportedNetwork:
    """The network of an ONNX file, with operators of version 13 or newer.

    `sizes` are numbers for sizes that have names in the file, such as that of the batch. Numbers of
    32 bits that are options are read as their shortest decimals: an epsilon of 1e-5 is 1e-5.
    SymconvError where the `onnx` package is missing or the file is none, and with every operation
    that has no layer. Arrays in files of their own are read from the folder of the file alone.
    """
    from symconv.importers.frontends.onnx_graph import import_onnx_file

    return _name_network(import_onnx_file(Path(path), sizes or {}))


def _name_network(model: ImportedModel) -> ImportedNetwork:
    return ImportedNetwork(**{f.name: getattr(model, f.name) for f in fields(model)})
