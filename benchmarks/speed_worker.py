"""One runtime in a process of its own: says what it computes, then takes the time when asked."""

from __future__ import annotations

import inspect
import json
import sys
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
from speed_cases import CASES, Case, arrays

Step = Callable[[], dict[str, Any]]


def numpy_step(case: Case, style: str) -> Step:
    """The generated module of one style."""
    import symconv
    from symconv.emit.code.module import module_names
    from symconv.emit.fast.module import fast_module
    from symconv.emit.numbering import equation_numbers

    network = symconv.Network.parse(case.text)
    backward = network.backward()
    names = module_names(network.program, backward.program).tensors
    numbers = equation_numbers(network.program, backward.items)
    source = network.numpy_source()
    if style == "fast":
        told = {k: str(n) for k, n in numbers.items()}
        source = fast_module(network.program, backward, title=case.name, numbers=told)
    module = ModuleType("generated")
    exec(compile(source, "<generated>", "exec"), module.__dict__)  # noqa: S102 - our own text
    given = {names[k]: a for k, a in given_arrays(network).items()}
    return called(module, given)


def called(module: ModuleType, given: dict[str, Any]) -> Step:
    """Forward and all gradients, with a workspace where the module takes one."""
    parameters = [set(inspect.signature(f).parameters) for f in (module.forward, module.backward)]
    extra = {"workspace": {}} if "workspace" in parameters[0] else {}
    first, second = ({k: a for k, a in given.items() if k in p} for p in parameters)
    if hasattr(module, "step"):

        def at_once() -> dict[str, Any]:
            return dict(module.step(**first).gradients._asdict())

        return at_once
    if "values" not in parameters[1]:

        def both() -> dict[str, Any]:
            module.forward(**first, **extra)
            return dict(module.backward(**second, **extra)._asdict())

        return both
    return lambda: module.backward(
        **second, **extra, values=module.forward(**first, **extra)
    )._asdict()


def given_arrays(network: Any) -> dict[str, Any]:
    """What the caller passes, by key, with the delta of the output where there is no cost."""
    backward, program = network.backward(), network.program
    given = [t for t in program.tensors if program.equation(t.key) is None]
    given += [backward.seed] if backward.seed else []
    return arrays({t.key: tuple(int(n) for n in t.shape) for t in given})


def torch_step(case: Case, layout: str) -> Step:
    """The same in torch eager, on one thread."""
    import torch

    import symconv

    torch.set_num_threads(1)
    network = symconv.Network.parse(case.text)
    given = {k: torch.tensor(a) for k, a in given_arrays(network).items()}
    if layout == "channels_last":
        given = {
            k: a.contiguous(memory_format=torch.channels_last) if a.ndim == 4 else a
            for k, a in given.items()
        }
    seeds = [k for k in given if k.startswith("delta")]
    plain = {k.replace("^", ""): a for k, a in given.items()}
    wanted = [k for k in plain if k not in {"t", *seeds}]
    for k in wanted:
        plain[k].requires_grad_()

    def step() -> dict[str, Any]:
        out = case.torch(torch, plain)
        seed = given[seeds[0]] if seeds else None
        found = torch.autograd.grad(out, [plain[k] for k in wanted], seed)
        return {f"d{k}": g for k, g in zip(wanted, found, strict=True)}

    return step


def gemm_step(size: int = 1536) -> Step:
    """A large product of matrices: what the machine can do."""
    a, b = (np.ones((size, size), np.float32) for _ in range(2))
    out = np.empty_like(a)
    return lambda: {"product": np.matmul(a, b, out=out)}


def main() -> None:
    """Answer one line for each line read: `sums`, or `time N`."""
    case, runtime = CASES[int(sys.argv[1])], sys.argv[2]
    if runtime == "gemm":
        step = gemm_step()
    elif runtime.startswith("torch"):
        step = torch_step(case, runtime.partition(" ")[2])
    else:
        step = numpy_step(case, runtime)
    for line in sys.stdin:
        command, _, count = line.strip().partition(" ")
        if command == "sums":
            made = {k: np.asarray(v, np.float64) for k, v in step().items()}
            answer: Any = {k: [float(v.sum()), float(np.abs(v).sum())] for k, v in made.items()}
        else:
            start = time.perf_counter()
            for _ in range(int(count)):
                step()
            answer = (time.perf_counter() - start) / int(count)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
