"""Models of other libraries as networks: `from_torch`, and the files of `symconv import`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from symconv.api import Network
from symconv.core.errors import SymconvError
from symconv.importers.imported import ImportedModel
from symconv.importers.open_sizes import LETTER
from symconv.notation.presets import ASSUMED


@dataclass(frozen=True)
class ImportedNetwork(ImportedModel):
    """An imported model, and the network that it is: `Network.parse(text)` gives the same."""

    @cached_property
    def network(self) -> Network:
        """The network that the text describes."""
        return Network._of(self.spec, ASSUMED, "network", self.program)  # noqa: SLF001 - as `parse`


def from_torch(
    model: Any, example: Any, *, result: int | str | None = None, batch: str | None = None
) -> ImportedNetwork:
    """The network of a PyTorch module, as `torch.export` sees it for an example.

    `example` is the tensor that the module is called with, or a tuple of tensors; its sizes become
    those of the network. The module is exported in the mode in which it is: in that of evaluation
    batch normalisation has its running statistics, and dropout does nothing; in training each
    dropout has a mask as one more input, and `notes` say so. Weights keep the layout that they have
    in PyTorch. Of several outputs `result` is the number of the one that is meant. With `batch="N"`
    the number of samples, which is the first size of every input, is the letter N.

    SymconvError where PyTorch is missing or cannot export the module, and with every operation that
    has no layer.

        >>> imported = from_torch(model, torch.zeros(2, 1, 28, 28))         # doctest: +SKIP
        >>> imported.network.compile().forward(x=x, **imported.weights)     # doctest: +SKIP
    """
    from symconv.importers.frontends.torch_model import import_torch_module

    return _name_network(import_torch_module(model, example, result, any_batch=_is_open(batch)))


def from_onnx(
    path: str | Path,
    sizes: Mapping[str, int] | None = None,
    *,
    result: int | str | None = None,
) -> ImportedNetwork:
    """The network of an ONNX file, with operators of version 13 or newer.

    `sizes` are numbers for sizes that have names in the file, such as that of the batch; one that
    is left without a number is the letter N. Of several outputs `result` is the name or the number
    of the one that is meant. Numbers of
    32 bits that are options are read as their shortest decimals: an epsilon of 1e-5 is 1e-5.
    SymconvError where the `onnx` package is missing or the file is none, and with every operation
    that has no layer. Arrays in files of their own are read from the folder of the file alone.
    """
    from symconv.importers.frontends.onnx_graph import import_onnx_file

    return _name_network(import_onnx_file(Path(path), sizes or {}, result))


def from_keras(
    model: str | Path | Mapping[str, Any],
    *,
    batch: int | str = 1,
    weights: Mapping[str, Sequence[Any]] | None = None,
    result: int | str | None = None,
) -> ImportedNetwork:
    """The network of a Keras architecture: a file of `model.to_json()`, or its data.

    `batch` is the number of samples where the architecture leaves it open, or "N" for any.
    `weights` are the arrays of `layer.get_weights()` by the names of the layers; without them the
    network has none. It is that of inference: batch normalisation has its moving statistics, and
    dropout does nothing.

    Keras has channels last. Images are taken with channels before space here, (N, C, H, W), and the
    kernels of convolutions are turned; `notes` say so. Kernels of dense layers stay as they are:
    what a flatten gives has Keras' order. SymconvError with every layer that has none here.
    """
    from symconv.importers.frontends.keras_model import import_keras

    given = model if isinstance(model, Mapping) else Path(model)
    number = batch if isinstance(batch, int) else None
    if isinstance(batch, str):
        _is_open(batch)
    return _name_network(import_keras(given, number, weights, result))


def _is_open(batch: str | None) -> bool:
    """Whether the number of samples is a letter; SymconvError where that is another one than N."""
    if batch not in {None, LETTER}:
        raise SymconvError(f"the batch cannot be {batch!r:.20}", help=f"a number, or {LETTER}")
    return batch == LETTER


def import_file(
    path: Path,
    sizes: Mapping[str, int],
    result: str | None = None,
    *,
    any_batch: bool = False,
) -> ImportedNetwork:
    """The network of a file of one of the three kinds, which its first bytes tell apart."""
    from symconv.importers.frontends.file_kinds import find_file_kind

    kind = find_file_kind(path)
    if kind == "Keras":
        batch = LETTER if any_batch else sizes.get("batch", 1)
        return from_keras(path, batch=batch, result=result)
    if kind == "ONNX":
        return from_onnx(path, sizes, result=result)
    from symconv.importers.frontends.torch_model import import_torch_file

    return _name_network(import_torch_file(path, result))


def _name_network(model: ImportedModel) -> ImportedNetwork:
    return ImportedNetwork(**{f.name: getattr(model, f.name) for f in fields(model)})
