"""Contractions over windows and stages as calls of the helper functions of their form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sympy import Expr
from sympy.tensor.indexed import Indexed

from symconv.plan.contraction import Contraction, Operand
from symconv.plan.stages import Stage
from symconv.plan.strategy import Choice

from .numpy_fast_scribe import Scribe


@dataclass
class Windows:
    """Writes the statements of one module's contractions.

    `constants` are the geometries, by the name of the constant; `kept` are the names of helper
    arrays that the forward pass hands to the backward pass.
    """

    choices: Mapping[str, Choice]
    constants: dict[str, tuple[Contraction, tuple[int, int]]] = field(default_factory=dict)
    patches: dict[object, str] = field(default_factory=dict)
    kept: dict[str, None] = field(default_factory=dict)
    forward: bool = True

    def constant(self, scribe: Scribe, made: Contraction, phases: tuple[int, int]) -> str:
        """The name of the geometry."""
        for name, (other, known) in self.constants.items():
            if other.axes == made.axes and known == phases:
                return name
        name = f"{scribe.names.tensors[made.result.key].upper()}_WINDOW".replace("DELTA_", "")
        name = scribe.names.namer.claim(name)
        self.constants[name] = (made, phases)
        return name

    def folded(
        self, scribe: Scribe, made: Contraction, form: str, phases: tuple[int, int]
    ) -> str:
        """The patches of an image, made once a pass and kept from the forward pass."""
        key = (made.image.access.base.label, made.axes, form, phases)
        scribe.helpers |= {"common", form}
        if key in self.patches:
            name = self.patches[key]
            if self.forward or name not in self.kept:
                return name
            scribe.values = True
            return f"values.{name}"
        window = self.constant(scribe, made, phases)
        image = seen(scribe, made.image)
        name = scribe.names.namer.claim(f"{scribe.names.tensors[made.image.key]}_patches")
        how = "rows_batch_last" if form == "batch_last" else "padded"
        scribe.line(f'{name} = {how}({image}, {window}, workspace, "{name}")')
        self.patches[key] = name
        if self.forward:
            self.kept[name] = None
        return name

    def places(self, scribe: Scribe, made: Contraction) -> None:
        """z = sum of kernel * image, and what is added."""
        key, form = made.result.key, self.choices[made.result.key].form
        name, phases = scribe.names.tensors[key], (1, 1)
        patches = self.folded(scribe, made, form, phases)
        window, kernel = self.constant(scribe, made, phases), seen(scribe, made.kernel)
        planes = scribe.names.namer.claim(f"{name}_planes")
        call = f'correlate_{form}({patches}, {kernel}, {window}, workspace, "{planes}")'
        scribe.line(f"{planes} = {call}")
        added = [aligned(scribe, a, made) for a in made.addends]
        first = f"{planes}[0, 0]"
        value = placed(made.places, first) if not added else first
        whole = " + ".join([value, *added])
        if added and not made.places.plain:
            whole = placed(made.places, f"({whole})")
        scribe.line(f"{name} = {whole}", key)

    def kernel(self, scribe: Scribe, made: Contraction, planes: str, phases: tuple[int, int]) -> None:
        """dw = sum of delta * image over batch and places."""
        key, form = made.result.key, self.choices[made.result.key].form
        patches = self.folded(scribe, made, form, phases)
        window, name = self.constant(scribe, made, phases), scribe.names.tensors[key]
        call = f'kernel_gradient_{form}({planes}, {patches}, {window}, workspace, "{name}")'
        scribe.line(f"{name} = {placed(made.kernel, call)}", key)

    def image(self, scribe: Scribe, made: Contraction, planes: str, phases: tuple[int, int]) -> None:
        """dx = sum of kernel * delta, added to every place that a window sees."""
        key, form = made.result.key, self.choices[made.result.key].form
        window, name = self.constant(scribe, made, phases), scribe.names.tensors[key]
        scribe.helpers |= {"common", form}
        shape = (made.axes[0].extent, made.axes[1].extent)
        call = f'image_gradient_{form}({planes}, {seen(scribe, made.kernel)}, {shape}, {window}, '
        scribe.line(f'{name} = {placed(made.image, f"{call}workspace, {chr(34)}{name}{chr(34)})")}', key)

    def stage(self, scribe: Scribe, stage: Stage) -> None:
        """p = relu(max of the planes + bias)."""
        made, form = stage.contraction, self.choices[stage.contraction.result.key].form
        name, key = scribe.names.tensors[stage.key], made.result.key
        patches = self.folded(scribe, made, form, stage.phases)
        window, kernel = self.constant(scribe, made, stage.phases), seen(scribe, made.kernel)
        planes = scribe.names.namer.claim(f"{scribe.names.tensors[key]}_planes")
        wins = scribe.names.namer.claim(f"{name}_wins")
        self.patches[stage.key, "planes"], self.patches[stage.key, "wins"] = planes, wins
        self.kept |= {planes: None, wins: None}
        scribe.helpers |= {"maxima"}
        call = f'correlate_{form}({patches}, {kernel}, {window}, workspace, "{planes}")'
        scribe.line(f"{planes} = {call}", key)
        scribe.line(f'{name}, {wins} = first_largest({planes}, workspace, "{wins}")', stage.key)
        for addend in made.addends:
            scribe.line(f"{name} += {aligned(scribe, addend, made)}")
        if stage.rectified:
            scribe.line(f"np.maximum({name}, 0, out={name})", stage.between[1])

    def delta(self, scribe: Scribe, stage: Stage) -> str:
        """The deltas of the winners; answers the name of what reaches each of them."""
        name, seed = scribe.names.tensors[stage.delta], scribe.tensor(stage.seed)
        planes, wins = (self.patches[stage.key, w] for w in ("planes", "wins"))
        pooled = scribe.tensor(stage.key)
        scribe.values = True
        reached = scribe.names.namer.claim(f"{name}_reached")
        scribe.helpers |= {"maxima"}
        gate = f"{pooled} > 0" if stage.rectified else "True"
        scribe.line(f"{reached} = np.empty_like({pooled})")
        scribe.line(f"np.multiply({seed}, {gate}, out={reached})", stage.delta)
        call = f'to_winners({reached}, values.{wins}, values.{planes}, workspace, "{name}")'
        scribe.line(f"{name} = {call}", *stage.between[-3:])
        return reached


def seen(scribe: Scribe, operand: Operand) -> str:
    """An array with the axes of its role."""
    name = scribe.tensor(operand.key)
    if operand.plain:
        return name
    rank = len(operand.access.indices)
    taken = [a for a in operand.order if a is not None]
    flipped = {a for a, f in zip(operand.order[2:], operand.flipped, strict=True) if f}
    items = [
        "::-1" if k in flipped else ":" if k in taken else "0" for k in range(rank)
    ]
    text = f"{name}[{', '.join(items)}]" if any(i != ":" for i in items) else name
    left = sorted(taken)
    order = [left.index(a) for a in taken]
    if order != sorted(order):
        text += f".transpose({', '.join(map(str, order))})"
    if len(taken) < len(operand.order):
        text += f"[{', '.join('None' if a is None else ':' for a in operand.order)}]"
    return text


def placed(operand: Operand, text: str) -> str:
    """An array with the axes of its role as the tensor's own array."""
    if operand.plain:
        return text
    taken = [a for a in operand.order if a is not None]
    rank = len(operand.access.indices)
    flips = (False, False, *operand.flipped)
    items = [
        "0" if a is None else "::-1" if f else ":"
        for a, f in zip(operand.order, flips, strict=True)
    ]
    if any(i != ":" for i in items):
        text += f"[{', '.join(items)}]"
    order = [taken.index(a) for a in sorted(taken)]
    if order != sorted(order):
        text += f".transpose({', '.join(map(str, order))})"
    if len(taken) < rank:
        text += f"[{', '.join(':' if k in taken else 'None' for k in range(rank))}]"
    return text


def aligned(scribe: Scribe, addend: Expr, made: Contraction) -> str:
    """What is added, with axes that stretch over (b, f, i, j)."""
    if not isinstance(addend, Indexed):
        raise TypeError(addend)
    where = made.indices
    name = scribe.tensor(str(addend.base.label))
    if all(e.is_number for e in addend.indices):
        return f"{name}[{', '.join(map(str, addend.indices))}]"
    axes = [where[e] for e in addend.indices]
    last = axes[0] or 0
    items = [":"] + [":" if k in axes else "None" for k in range(last + 1, 4)]
    return f"{name}[{', '.join(items)}]" if "None" in items else name
