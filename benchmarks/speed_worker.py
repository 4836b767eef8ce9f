"""One runtime in a process of its own: says what it computes, then takes the time when asked.

python speed_worker.py CASE RUNTIME float32|float64 wall|processor ISA
"""

from __future__ import annotations

import inspect
import json
import re
import sys
import time
from types import ModuleType
from typing import Any

import numpy as np
import rivals
import textbook
from speed_cases import CASES, Case, arrays

Step = rivals.Step
C_OPTIONS: dict[str, dict[str, str]] = {
    "c": {},
    "c tiles": {"tiles": "f4"},
    "c open": {"batch": "N"},
}
"""How each kind of C is made."""


def generated_step(case: Case, runtime: str, kind: str) -> Step:
    """The generated module: readable, fast, fast with tiles, on arrays in channels-last order."""
    import symconv

    network = symconv.Network.parse(case.text)
    style, *options = runtime.split(" ")
    source = network.numpy_source(style, **({"tiles": "f4"} if "tiles" in options else {}))
    module = ModuleType("generated")
    exec(compile(source, "<generated>", "exec"), module.__dict__)  # noqa: S102 - our own text
    names = network.compile().arrays
    given = {names[k]: a for k, a in given_arrays(case, kind).items()}
    if "channels_last" in options:
        given = {k: channels_last(a) if a.ndim == 4 else a for k, a in given.items()}
    return called(module, given, 2 if "threads" in options else 0)


def c_step(case: Case, kind: str, isa: str, **options: str) -> Step:
    """The C file, built for this machine, its arrays bound once; how it was made is told first.

    With `batch` the size of the batch is that name, and samples are computed in chunks.
    """
    import symconv
    from symconv.codegen.c.build import find_isa

    text, batch = case.text, options.pop("batch", "")
    if batch:
        text = re.sub(r"^(input \w+ )\d+", rf"\g<1>{batch}", text)
    network = symconv.Network.parse(text)
    begin = time.perf_counter()
    made = network.generate_c(dtype=kind, isa=isa or find_isa(), **options)
    size = len(made.source)
    written = time.perf_counter()
    module = made.compile().module
    told = f"{made.options.isa}, {size / 1000:.0f} kB, written in {written - begin:.1f} s"
    print(f"C: {told}, compiled in {time.perf_counter() - written:.1f} s", file=sys.stderr)
    names = network.compile().arrays
    run, found = module.bind(**{names[k]: a for k, a in given_arrays(case, kind).items()})
    gradients = dict(getattr(found, "gradients", found)._asdict())

    def step() -> dict[str, Any]:
        run()
        return gradients

    return step


def jax_module_step(case: Case, kind: str) -> Step:
    """Our module for JAX, in the place of the network that a person wrote."""
    import jax

    import symconv

    jax.config.update("jax_enable_x64", val=True)
    compiled = symconv.Network.parse(case.text).compile("jax")
    network, names = compiled.module.network, compiled.arrays

    def cost(arrays: dict[str, Any]) -> Any:
        taken = {names[k]: a for k, a in arrays.items() if k != "delta z"}
        found = network(**taken)
        return (found * arrays["delta z"]).sum() if "delta z" in arrays else found

    return rivals.compiled_step(jax, given_arrays(case, kind), cost)


def channels_last(array: Any) -> Any:
    """The same array with its channels side by side in memory, as torch's channels_last."""
    return np.ascontiguousarray(array.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)


def called(module: ModuleType, given: dict[str, Any], threads: int) -> Step:
    """Forward and all gradients, with a workspace where the module takes one."""
    if hasattr(module, "step") and (threads or "threads" not in parameters(module.step)):
        known = {**given, "threads": threads, "workspace": {}}
        taken = {k: a for k, a in known.items() if k in parameters(module.step)}
        return lambda: dict(module.step(**taken).gradients._asdict())
    first, second = (parameters(f) for f in (module.forward, module.backward))
    known = {**given, "workspace": {}}
    before = {k: a for k, a in known.items() if k in first}
    after = {k: a for k, a in known.items() if k in second}

    def step() -> dict[str, Any]:
        values = module.forward(**before)
        told = {"values": values} if "values" in second else {}
        return dict(module.backward(**after, **told)._asdict())

    return step


def parameters(function: Any) -> set[str]:
    """The names of the parameters of a function."""
    return set(inspect.signature(function).parameters)


def given_arrays(case: Case, kind: str) -> dict[str, Any]:
    """What the caller passes, by key, with the delta of the output where there is no cost."""
    import symconv

    network = symconv.Network.parse(case.text)
    program, backward = network.program, network.backward()
    given = [t for t in program.tensors if program.equation(t.key) is None]
    given += [backward.seed] if backward.seed else []
    shapes = {t.key: tuple(int(n) for n in t.shape) for t in given}
    return arrays(shapes, kind, classes=10 if case.kind == "lenet" else 0)


def gemm_step(kind: str, size: int = 1536) -> Step:
    """A large product of matrices: what the machine can do."""
    a, b = (np.ones((size, size), kind) for _ in range(2))
    out = np.empty_like(a)
    return lambda: {"product": np.matmul(a, b, out=out)}


def step_of(  # noqa: PLR0911 - one case a runtime
    case: Case, runtime: str, kind: str, isa: str = ""
) -> Step:
    """One step of a runtime."""
    if runtime == "gemm":
        return gemm_step(kind)
    if runtime in C_OPTIONS:
        return c_step(case, kind, isa, **C_OPTIONS[runtime])
    if runtime.startswith("torch"):
        layout = runtime.partition(" ")[2]
        return rivals.torch_step(case.kind, given_arrays(case, kind), layout, case.options)
    if runtime == "jax":
        return rivals.jax_step(case.kind, given_arrays(case, kind), case.options)
    if runtime == "jax module":
        return jax_module_step(case, kind)
    if runtime in {"im2col", "tensordot"}:
        given = given_arrays(case, kind)
        return lambda: textbook.NETWORKS[case.kind](given, runtime, case.options)
    return generated_step(case, runtime, kind)


def main() -> None:
    """Answer one line for each line read: `save FILE`, or `time N`."""
    case, runtime, kind = CASES[int(sys.argv[1])], sys.argv[2], sys.argv[3]
    step = step_of(case, runtime, kind, sys.argv[5])
    clock = time.process_time if sys.argv[4] == "processor" else time.perf_counter
    for line in sys.stdin:
        command, _, argument = line.strip().partition(" ")
        answer: Any = True
        if command == "save":
            np.savez(argument, **{k: np.asarray(v) for k, v in step().items()})
        else:
            start = clock()
            for _ in range(int(argument)):
                step()
            answer = (clock() - start) / int(argument)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
