"""Contractions over windows and stages as calls of the helper functions of their form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symconv.plan.contraction import Contraction
from symconv.plan.stages import Stage
from symconv.plan.strategy import Choice

from .scribe import Scribe
from .views import aligned, placed, seen

Pair = tuple[int, int]
TABLED = {"gathered", "matrix"}
FOLDS = {"batch_last": "rows_batch_last", "columns": "padded", "gathered": "columns_gathered"}


@dataclass
class Windows:
    """Writes the statements of one module's contractions.

    `constants` are the geometries and `tables` the tables of full matrices, by the name of the
    constant; `patches` are the names of copies of images, `kept` those of the helper arrays that
    the forward pass hands to the backward pass.
    """

    choices: Mapping[str, Choice]
    constants: dict[str, tuple[Contraction, Pair]] = field(default_factory=dict)
    tables: dict[object, tuple[str, str, str]] = field(default_factory=dict)
    patches: dict[object, str] = field(default_factory=dict)
    kept: dict[str, None] = field(default_factory=dict)
    forward: bool = True

    def constant(self, scribe: Scribe, made: Contraction, phases: Pair) -> str:
        """The name of the geometry."""
        for name, (other, known) in self.constants.items():
            if other.axes == made.axes and known == phases:
                return name
        wanted = f"{scribe.names.tensors[made.places.key].upper()}_WINDOW"
        name = scribe.names.namer.claim(wanted)
        self.constants[name] = (made, phases)
        return name

    def table(self, scribe: Scribe, made: Contraction, form: str, phases: Pair) -> tuple[str, str]:
        """The names of the table of a form, and of its inverse."""
        window = self.constant(scribe, made, phases)
        first, second = made.axes
        shape = (first.extent, second.extent)
        if form == "matrix":
            call = f"table_of({window}, {made.channels}, {made.filters}, {shape})"
            entries = made.filters * made.channels * first.taps * second.taps
        else:
            images = (int(made.batch), made.channels, *shape)
            call = f"places_of({window}, {images})"
            entries = int(made.batch) * made.channels * first.extent * second.extent
        if call not in self.tables:
            name = scribe.names.namer.claim(window.replace("_WINDOW", "_TABLE"))
            inverse = scribe.names.namer.claim(window.replace("_WINDOW", "_INVERSE"))
            text = f"{name} = {call}\n{inverse} = inverse_of({name}, {entries})"
            self.tables[call] = (name, inverse, text)
        return self.tables[call][:2]

    def folded(self, scribe: Scribe, made: Contraction, form: str, phases: Pair) -> str:
        """The patches of an image, made once a pass and kept from the forward pass."""
        key = (made.image.key, made.axes, form, phases)
        scribe.helpers |= {"common", form} | ({"inverse"} if form in TABLED else set())
        if form == "matrix":
            return seen(scribe, made.image)
        if key in self.patches:
            name = self.patches[key]
            if self.forward or name not in self.kept:
                return name
            scribe.values = True
            return f"values.{name}"
        image = seen(scribe, made.image)
        name = scribe.names.namer.claim(f"{scribe.names.tensors[made.image.key]}_patches")
        if form == "gathered":
            how = self.table(scribe, made, form, phases)[0]
        else:
            how = self.constant(scribe, made, phases)
        scribe.call(f"{name} = {FOLDS[form]}", [image, how, "workspace", f'"{name}"'])
        self.patches[key] = name
        if self.forward:
            self.kept[name] = None
        return name

    def planes(self, scribe: Scribe, made: Contraction, phases: Pair, *keys: str) -> str:
        """The sum of kernel * image as planes; answers their name."""
        form = self.choices[made.result.key].form
        arguments = [
            self.folded(scribe, made, form, phases),
            seen(scribe, made.kernel),
            self.constant(scribe, made, phases),
        ]
        if form == "matrix":
            arguments.append(self.table(scribe, made, form, phases)[0])
        name = scribe.names.namer.claim(f"{scribe.names.tensors[made.result.key]}_planes")
        if form != "gathered":
            arguments += ["workspace", f'"{name}"']
        scribe.call(f"{name} = correlate_{form}", arguments, "", *keys)
        return name

    def places(self, scribe: Scribe, made: Contraction) -> None:
        """z = sum of kernel * image, and what is added."""
        name, planes = scribe.names.tensors[made.result.key], self.planes(scribe, made, (1, 1))
        whole = " + ".join([f"{planes}[0, 0]", *(aligned(scribe, a, made) for a in made.addends)])
        back = placed(made.places)
        whole = f"({whole}){back}" if back and made.addends else whole + back
        scribe.line(f"{name} = {whole}", made.result.key)

    def kernel(self, scribe: Scribe, made: Contraction, planes: str, phases: Pair) -> None:
        """dw = sum of delta * image over batch and places."""
        key, form = made.result.key, self.choices[made.result.key].form
        name = scribe.names.tensors[key]
        arguments = [planes, self.folded(scribe, made, form, phases)]
        if form == "matrix":
            arguments.append(self.table(scribe, made, form, phases)[1])
        if form in TABLED:
            arguments.append(str((made.axes[0].taps, made.axes[1].taps)))
        else:
            window = self.constant(scribe, made, phases)
            arguments += [window, "workspace", f'"{name}"']
        scribe.call(f"{name} = kernel_gradient_{form}", arguments, placed(made.kernel), key)

    def image(self, scribe: Scribe, made: Contraction, planes: str, phases: Pair) -> None:
        """dx = sum of kernel * delta, added to every place that a window sees."""
        key, form = made.result.key, self.choices[made.result.key].form
        scribe.helpers |= {"common", form} | ({"inverse"} if form in TABLED else set())
        name, shape = scribe.names.tensors[key], (made.axes[0].extent, made.axes[1].extent)
        arguments = [planes, seen(scribe, made.kernel), str(shape)]
        if form in TABLED:
            table = self.table(scribe, made, form, phases)
            arguments.append(table[0] if form == "matrix" else table[1])
        else:
            arguments.append(self.constant(scribe, made, phases))
        if form != "matrix":
            arguments += ["workspace", f'"{name}"']
        scribe.call(f"{name} = image_gradient_{form}", arguments, placed(made.image), key)

    def stage(self, scribe: Scribe, stage: Stage) -> None:
        """p = relu(max of the planes + bias)."""
        made, name = stage.contraction, scribe.names.tensors[stage.key]
        planes = self.planes(scribe, made, stage.phases, made.result.key)
        wins = scribe.names.namer.claim(f"{name}_wins")
        self.patches[stage.key, "wins"], self.kept[wins] = wins, None
        scribe.helpers |= {"maxima"}
        arguments = [planes, "workspace", f'"{wins}"']
        scribe.call(f"{name}, {wins} = first_largest", arguments, "", stage.key)
        for addend in made.addends:
            scribe.line(f"{name} += {aligned(scribe, addend, made)}", made.result.key)
        if stage.rectified:
            scribe.line(f"np.maximum({name}, 0, out={name})", stage.between[1])

    def delta(self, scribe: Scribe, stage: Stage) -> str:
        """The deltas of the winners; answers the name of what reaches each of them."""
        name, seed = scribe.names.tensors[stage.delta], scribe.tensor(stage.seed)
        wins, pooled = self.patches[stage.key, "wins"], scribe.tensor(stage.key)
        scribe.values = True
        scribe.helpers |= {"maxima"}
        reached = scribe.names.namer.claim(f"{name}_reached")
        scribe.line(f"{reached} = np.empty_like({pooled})")
        if stage.rectified:
            arguments = [seed, f"{pooled} > 0", f"out={reached}"]
            scribe.call("np.multiply", arguments, "", stage.delta)
        else:
            scribe.call("np.copyto", [reached, seed])
        arguments = [reached, f"values.{wins}", "workspace", f'"{name}"']
        routed = stage.between[2:] if stage.rectified else stage.between[1:]
        scribe.call(f"{name} = to_winners", arguments, "", *routed)
        return reached
