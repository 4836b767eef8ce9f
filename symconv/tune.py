"""Which algorithm is fastest on this machine: every candidate of every contraction is measured."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from symconv.codegen.fast.algorithms.contraction import Contraction
from symconv.codegen.fast.algorithms.sizes import USUAL_BATCH
from symconv.codegen.fast.algorithms.table import find_algorithms
from symconv.codegen.fast.plan.overrides import PlanOverrides
from symconv.codegen.fast.plan.planner import plan_network
from symconv.codegen.fast.plan.recognise import recognize_contraction
from symconv.core.equation import class_counts
from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor

if TYPE_CHECKING:
    from .api import Network

LEAST = 0.1
"""About how many seconds a candidate is measured. A shorter time takes the noise of the machine for
a difference; a longer one is waited for at every candidate of every layer."""

CLOSE = 1e-2
"""How far a candidate's gradients may be off, seen against the largest entry. Tiles of 4 x 4 round
to 1e-5 in float32 in one layer, and more behind many; what computes something else is off by about
as much as that entry."""

Step = Callable[[], tuple[Any, ...]]
Say = Callable[[str], None]


def autotune(network: Network, say: Say, *, tiles: str | None = None) -> dict[str, str]:
    """The name of the fastest algorithm of every sum over windows, by the key of its equation.

    The three sums of one geometry take the same one, and the geometries are tried one after
    another, each with the best so far. Every candidate must agree with the module of the cost
    model. Algorithms that round more (those with `tiles`) are candidates only where `tiles` is
    given. Nothing is written anywhere; `say` is told what is tried. SymconvError where there is no
    plan to tune.
    """
    if not network.generate("fast").module.takes("workspace"):
        raise SymconvError(
            "there is no plan to tune", help="`--explain` without `--tune` tells what it is instead"
        )
    given = random_arrays(network)
    overrides: dict[str, Any] = {"tiles": tiles} if tiles else {}
    modelled = plan_network(network.program, network.backward(), PlanOverrides(**overrides))
    best = {key: choice.algorithm.name for key, choice in modelled.choices.items()}
    step = compile_step(network, given, {**overrides, "forms": best})
    right, fastest = step(), fastest_time(step)
    # One geometry at a time: all combinations would be the product of their numbers.
    for keys, candidates in _group_by_geometry(network, best, tiles=bool(tiles)):
        for name in candidates:
            trial = best | dict.fromkeys(keys, name)
            took = _time_if_correct(network, given, {**overrides, "forms": trial}, right)
            say(
                f"{', '.join(keys)}: {name} {_format_seconds(took)}, "
                f"so far {_format_seconds(fastest)}"
            )
            if took is not None and took < fastest:
                best, fastest = trial, took
    return best


def _format_seconds(seconds: float | None) -> str:
    return "is not possible" if seconds is None else f"{1e3 * seconds:.3f} ms"


def _group_by_geometry(
    network: Network, best: Mapping[str, str], *, tiles: bool
) -> Iterator[tuple[list[str], list[str]]]:
    """The equations of every geometry, and the algorithms to try for them."""
    program = network.backward().program
    found: dict[object, list[tuple[str, Contraction]]] = {}
    for key in best:
        equation = program.equation(key)
        made = recognize_contraction(program, equation) if equation else None
        if made is not None:
            layer = (made.axes, made.channels, made.filters, _layer_keys(made))
            found.setdefault(layer, []).append((key, made))
    for members in found.values():
        keys = [key for key, _ in members]
        common = set.intersection(*(set(find_algorithms(m)) for _, m in members))
        names = sorted(a.name for a in common if tiles or not a.tiles)
        yield keys, [name for name in names if name != best[keys[0]]]


def _layer_keys(made: Contraction) -> frozenset[str]:
    """The layer that a contraction belongs to: image, kernel and places without their gradients."""
    keys = (made.image.key, made.kernel.key, made.places.key)
    return frozenset(k.removeprefix("gradient ").removeprefix("delta ") for k in keys)


def random_arrays(network: Network) -> dict[str, Any]:
    """Random arrays in float32 for a step, by the keys of the tensors."""
    backward, program = network.backward(), network.program
    given = [*program.given, *([backward.seed] if backward.seed else [])]
    labels, random = class_counts(backward.program.equations), np.random.default_rng(0)
    found: dict[str, Any] = {}
    for t in given:
        shape = _usual_shape(t)
        if t.key in labels:
            found[t.key] = random.integers(int(labels[t.key]), size=shape)
        else:
            # So that values stay near 1 through many layers, and no step overflows.
            scale = 1 / max(1.0, float(np.sqrt(np.prod(shape[1:]))))
            found[t.key] = (scale * random.standard_normal(shape)).astype(np.float32)
    return found


def _usual_shape(tensor: Tensor) -> list[int]:
    """The shape, with a usual batch where that is a symbol."""
    return [int(n) if n.is_Integer else USUAL_BATCH for n in tensor.shape]


def compile_step(network: Network, given: Mapping[str, Any], overrides: Mapping[str, Any]) -> Step:
    """Both passes of the module that the overrides lead to, with a workspace."""
    compiled = network.compile("fast", **overrides)
    module = compiled.module
    known = {compiled.arrays[k]: a for k, a in given.items()} | {"workspace": {}}
    first, second = (
        set(inspect.signature(f).parameters) for f in (module.forward, module.backward)
    )
    before = {k: a for k, a in known.items() if k in first}
    after = {k: a for k, a in known.items() if k in second}

    def step() -> tuple[Any, ...]:
        values = module.forward(**before)
        more = {"values": values} if "values" in second else {}
        return tuple(module.backward(**after, **more))

    return step


def _time_if_correct(
    network: Network, given: Mapping[str, Any], overrides: Mapping[str, Any], right: tuple[Any, ...]
) -> float | None:
    """The time of a step; None where the forms do not go together or compute something else."""
    try:
        step = compile_step(network, given, overrides)
        found = step()
    except (SymconvError, ValueError):
        return None
    pairs = zip(found, right, strict=True)
    # 1e-6, so that gradients that are 0 everywhere may be compared, too.
    if any(np.abs(a - b).max() > CLOSE * max(1e-6, np.abs(b).max()) for a, b in pairs):
        return None
    return fastest_time(step)


def fastest_time(step: Step, least: float = LEAST) -> float:
    """The shortest time of a step in seconds, from about `least` seconds of steps."""
    step()
    # The first call makes tables and arrays of the workspace; it is not measured.
    times: list[float] = []
    while sum(times) < least or len(times) < 3:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    # Whatever else runs on the machine makes a step slower, never faster.
    return min(times)
