"""Stages (windows, bias, relu, maximum) as calls of the helper functions for maxima."""

from __future__ import annotations

from symconv.codegen.fast.algorithms.layout import MAPS
from symconv.codegen.fast.plan.stages import PoolingStage

from .contraction_calls import ContractionWriter
from .function_writer import FunctionWriter
from .layouts import axis_lengths, relayout
from .role_axes import broadcast_addend


def write_pooling(
    contractions: ContractionWriter, scribe: FunctionWriter, stage: PoolingStage
) -> None:
    """Write p = relu(max of the planes + bias), as (n, f, h, w).

    Bias and relu come after the maximum, in place: there a tile is one number.
    """
    made, name = stage.contraction, scribe.names.tensors[stage.key]
    found, layout = contractions.correlate(scribe, made, stage.phases, made.result.key)
    argmax = scribe.names.namer.claim(f"{name}_argmax")
    contractions.calls.saved.keep((stage.key, "argmax"), argmax)
    runs = contractions.algorithm_of(made).runs
    where, sizes = ["workspace", f'"{argmax}"'], axis_lengths(made, stage.phases)
    if runs:
        scribe.helpers |= {"max_pool", "max_pool_runs"}
        scribe.chain(found, found, relayout(layout, runs, sizes))
        scribe.call(f"{name}, {argmax} = max_pool_runs", [found, *where], "", stage.key)
        scribe.chain(name, name, relayout(runs[2:], MAPS, sizes))
    else:
        scribe.helpers |= {"max_pool", "max_pool_planes"}
        scribe.call(f"{name}, {argmax} = max_pool_planes", [found, *where], "", stage.key)
    for addend in made.addends:
        scribe.line(f"{name} += {broadcast_addend(scribe, addend, made)}", made.result.key)
    if stage.rectified:
        scribe.line(f"np.maximum({name}, 0, out={name})", stage.between[1])


def write_pooling_gradient(
    contractions: ContractionWriter, scribe: FunctionWriter, stage: PoolingStage
) -> str:
    """Write the deltas of the planes, 0 but for the winners of the maximum.

    Answers the name of what reaches each winner, (n, f, h, w): the seed, behind the gate of relu.
    """
    name, seed = scribe.names.tensors[stage.delta], scribe.tensor(stage.seed)
    argmax = contractions.calls.saved.read(scribe, (stage.key, "argmax")) or ""
    pooled = scribe.tensor(stage.key)
    reached = seed
    if stage.rectified:
        reached = scribe.names.namer.claim(f"{name}_pooled")
        scribe.call(f"{reached} = hide", [f"{pooled} <= 0", seed], "", stage.delta)
    routed = stage.between[2:] if stage.rectified else stage.between[1:]
    where = [argmax, "workspace", f'"{name}"']
    runs = contractions.algorithm_of(stage.contraction).runs
    sizes = axis_lengths(stage.contraction, stage.phases)
    if runs:
        scribe.helpers |= {"max_pool", "max_pool_runs"}
        arriving = reached + "".join(relayout(MAPS, runs[2:], sizes))
        scribe.call(f"{name} = max_unpool_runs", [arriving, *where], "", *routed)
        scribe.chain(name, name, relayout(runs, contractions.delta_layout(stage), sizes))
    else:
        scribe.helpers |= {"max_pool", "max_pool_planes"}
        scribe.call(f"{name} = max_unpool_planes", [reached, *where], "", *routed)
    return reached
