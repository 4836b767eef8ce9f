"""Stages (windows, bias, relu, maximum) as calls of the helper functions for maxima."""

from __future__ import annotations

from symconv.codegen.fast.plan.stages import Stage

from .contraction_calls import Windows
from .function_writer import Scribe
from .layouts import MAPS, RUNS, Layout, lengths, steps
from .role_axes import aligned


def pool(windows: Windows, scribe: Scribe, stage: Stage) -> None:
    """Write p = relu(max of the planes + bias)."""
    made, name = stage.contraction, scribe.names.tensors[stage.key]
    found, layout = windows.correlation(scribe, made, stage.phases, made.result.key)
    wins = scribe.names.namer.claim(f"{name}_wins")
    windows.copies.kept.keep((stage.key, "wins"), wins)
    runs = _runs(windows, stage)
    where, sizes = ["workspace", f'"{wins}"'], lengths(made, stage.phases)
    if runs:
        scribe.helpers |= {"maxima", "maxima_runs"}
        scribe.chain(found, found, steps(layout, runs, sizes))
        scribe.call(f"{name}, {wins} = largest_of_runs", [found, *where], "", stage.key)
        scribe.chain(name, name, steps(runs[2:], MAPS, sizes))
    else:
        scribe.helpers |= {"maxima", "maxima_planes"}
        scribe.call(f"{name}, {wins} = first_largest", [found, *where], "", stage.key)
    for addend in made.addends:
        scribe.line(f"{name} += {aligned(scribe, addend, made)}", made.result.key)
    if stage.rectified:
        scribe.line(f"np.maximum({name}, 0, out={name})", stage.between[1])


def unpool(windows: Windows, scribe: Scribe, stage: Stage) -> str:
    """Write the deltas of the winners; answers the name of what reaches each of them."""
    name, seed = scribe.names.tensors[stage.delta], scribe.tensor(stage.seed)
    wins = windows.copies.kept.read(scribe, (stage.key, "wins")) or ""
    pooled = scribe.tensor(stage.key)
    reached = seed
    if stage.rectified:
        reached = scribe.names.namer.claim(f"{name}_reached")
        scribe.line(f"{reached} = np.empty_like({pooled})")
        arguments = [seed, f"{pooled} > 0", f"out={reached}"]
        scribe.call("np.multiply", arguments, "", stage.delta)
    routed = stage.between[2:] if stage.rectified else stage.between[1:]
    where = [wins, "workspace", f'"{name}"']
    runs, sizes = _runs(windows, stage), lengths(stage.contraction, stage.phases)
    if runs:
        scribe.helpers |= {"maxima", "maxima_runs"}
        arriving = reached + "".join(steps(MAPS, runs[2:], sizes))
        scribe.call(f"{name} = runs_of_winners", [arriving, *where], "", *routed)
        scribe.chain(name, name, steps(runs, windows.written(stage), sizes))
    else:
        scribe.helpers |= {"maxima", "maxima_planes"}
        scribe.call(f"{name} = to_winners", [reached, *where], "", *routed)
    return reached


def _runs(windows: Windows, stage: Stage) -> Layout | None:
    """The runs that a maximum compares, for forms that write such."""
    return RUNS.get(windows.form(stage.contraction))
