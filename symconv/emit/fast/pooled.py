"""Stages (windows, bias, relu, maximum) as calls of the helper functions for maxima."""

from __future__ import annotations

from symconv.plan.stages import Stage

from .scribe import Scribe
from .views import aligned
from .windows import Windows


def pool(windows: Windows, scribe: Scribe, stage: Stage) -> None:
    """Write p = relu(max of the planes + bias)."""
    made, name = stage.contraction, scribe.names.tensors[stage.key]
    planes = windows.planes(scribe, made, stage.phases, made.result.key)
    wins = scribe.names.namer.claim(f"{name}_wins")
    windows.patches[stage.key, "wins"], windows.kept[wins] = wins, None
    scribe.helpers |= {"maxima"}
    arguments = [planes, "workspace", f'"{wins}"']
    scribe.call(f"{name}, {wins} = first_largest", arguments, "", stage.key)
    for addend in made.addends:
        scribe.line(f"{name} += {aligned(scribe, addend, made)}", made.result.key)
    if stage.rectified:
        scribe.line(f"np.maximum({name}, 0, out={name})", stage.between[1])


def unpool(windows: Windows, scribe: Scribe, stage: Stage) -> str:
    """Write the deltas of the winners; answers the name of what reaches each of them."""
    name, seed = scribe.names.tensors[stage.delta], scribe.tensor(stage.seed)
    wins, pooled = windows.patches[stage.key, "wins"], scribe.tensor(stage.key)
    scribe.values = True
    scribe.helpers |= {"maxima"}
    reached = seed
    if stage.rectified:
        reached = scribe.names.namer.claim(f"{name}_reached")
        scribe.line(f"{reached} = np.empty_like({pooled})")
        arguments = [seed, f"{pooled} > 0", f"out={reached}"]
        scribe.call("np.multiply", arguments, "", stage.delta)
    arguments = [reached, f"values.{wins}", "workspace", f'"{name}"']
    routed = stage.between[2:] if stage.rectified else stage.between[1:]
    scribe.call(f"{name} = to_winners", arguments, "", *routed)
    return reached
