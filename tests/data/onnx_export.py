"""Modules of PyTorch as ONNX files."""

import io
import warnings

import pytest


def export_onnx(model, inputs):
    """The bytes that PyTorch's exporter without further packages writes."""
    torch = pytest.importorskip("torch")
    file = io.BytesIO()
    names = [f"in{k}" for k in range(len(inputs))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model, inputs, file, dynamo=False, opset_version=17, input_names=names,
            do_constant_folding=False, training=torch.onnx.TrainingMode.PRESERVE,
        )  # fmt: skip
    return file.getvalue()
