"""The torch style: both passes on tensors, one differentiable operation, a module to train."""

from __future__ import annotations

from dataclasses import replace

from symconv.codegen.python.imports import ImportGroups, merge_imports
from symconv.codegen.python.module import Module
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.codegen.readable.module import generate_readable, module_names
from symconv.codegen.readable.prediction import list_parameters, write_prediction
from symconv.codegen.readable.training import add_parameters, has_training

from .operation import OperationWriter
from .target import TORCH

NEURAL: ImportGroups = ((), ("from torch import nn",))
HOW = (
    "Operations on tensors, on whatever device they are; `network` is the whole of it as one "
    "operation that PyTorch differentiates by the derived backward pass."
)


def generate_torch(spec: ModuleSpec) -> Module:
    """The module of a network for PyTorch.

    `forward` and `backward` are those of the readable style, on tensors; `network` is one operation
    with the second as the gradient of the first, `network_in_c` the same by a C library; `Network`
    holds the parameters, where there are any.
    """
    names = module_names(spec.forward, spec.backward.program)
    module = generate_readable(replace(spec, notes=(*spec.notes, HOW)), TORCH)
    writer = OperationWriter(module, spec, names)
    module = module.extend(writer.refusal(), writer.operation(), writer.operation_in_c())
    if not list_parameters(spec):
        return module
    prediction = write_prediction(spec, TORCH)
    predict = prediction.function if prediction else None
    module = replace(module, imports=merge_imports(module.imports, NEURAL))
    module = module.extend(writer.network_module(predict))
    # Whoever has no cost yet takes one of PyTorch: the parameters are there all the same.
    return module if has_training(spec) else add_parameters(module, spec)
