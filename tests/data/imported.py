"""What an imported network computes, beside what the library computed that it came from."""

import inspect

import numpy as np

from symconv import Network
from symconv.codegen.styles import STYLES


def run_imported(imported, arrays, signal):
    """The output and the gradients of an imported network, by the names of the model.

    `arrays` are its inputs in their order; their gradients are named by their numbers, and those of
    parameters are in the layout of the model.
    """
    network = imported.network
    assert Network.parse(imported.text).spec == network.spec
    compiled = network.compile()
    names = list(imported.inputs.values())
    given = {**dict(zip(names, arrays, strict=True)), **imported.weights}
    values = compiled.forward(**given)
    backward = inspect.signature(compiled.module.backward).parameters
    deltas = {n: signal for n in backward if n.startswith("delta")}
    # What the backward pass does not read is known to the forward pass, and left out.
    gradients = compiled.backward(**given, **deltas, values=values)
    found = {
        imported.sources[n].source: imported.sources[n].restore(getattr(gradients, f"d{n}"))
        for n in imported.sources
        if hasattr(gradients, f"d{n}")
    }
    found |= {
        str(k): getattr(gradients, f"d{n}")
        for k, n in enumerate(names)
        if hasattr(gradients, f"d{n}")
    }
    return np.asarray(getattr(values, compiled.arrays[network.program.output])), found


def compare_imported(imported, arrays, expected, *, tolerance=1e-10):
    """Hold output and every gradient against (output, signal, gradients) of the model."""
    output, signal, gradients = expected
    mine, found = run_imported(imported, arrays, signal)
    np.testing.assert_allclose(mine.reshape(output.shape), output, atol=tolerance)
    assert set(gradients) <= set(found)
    for name, right in gradients.items():
        np.testing.assert_allclose(found[name], right, atol=tolerance, err_msg=name)


def check_whole(imported):
    """Derived, generated in every style, and verified."""
    network = imported.network
    assert all(network.generate(style).source for style in STYLES)
    assert "delta" in network.derivation().markdown()
    checks = network.verify(draws=1)
    assert [c.line for c in checks if not c.passed] == []
    assert {c.style for c in checks} == {"", "readable"}
