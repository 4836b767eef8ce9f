"""The constants of a planned module: geometries of windows, tables of places, transforms."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from symconv.codegen.fast.forms.contraction import Contraction
from symconv.codegen.fast.plan.winograd_matrices import Table, transforms
from symconv.codegen.python.layout import TAB, WIDTH, wrap_call

from .function_writer import Scribe

Pair = tuple[int, int]
PARTS = ("taps", "places", "stride", "dilation", "before")


@dataclass
class Constants:
    """Names for what every call of a form needs, and the text that defines them."""

    geometries: dict[str, tuple[Contraction, Pair]] = field(default_factory=dict)
    tables: dict[str, tuple[str, str, tuple[str, str]]] = field(default_factory=dict)
    matrices: dict[Pair, tuple[str, str]] = field(default_factory=dict)

    @property
    def texts(self) -> list[str]:
        """The definitions, each after what it needs."""
        return [
            *(_geometry(name, *found) for name, found in self.geometries.items()),
            *(text for _, text in self.matrices.values()),
        ]

    @property
    def functions(self) -> list[str]:
        """The functions that give the tables, each after what it needs."""
        return [text for *_, texts in self.tables.values() for text in texts]

    def geometry(self, scribe: Scribe, made: Contraction, phases: Pair) -> str:
        """The name of the geometry."""
        for name, (other, known) in self.geometries.items():
            if other.axes == made.axes and known == phases:
                return name
        wanted = f"{scribe.names.tensors[made.places.key].upper()}_WINDOW"
        name = scribe.names.namer.claim(wanted)
        self.geometries[name] = (made, phases)
        return name

    def table(self, scribe: Scribe, made: Contraction, form: str, phases: Pair) -> tuple[str, str]:
        """The calls that give the table of a form, and its inverse."""
        window = self.geometry(scribe, made, phases)
        first, second = made.axes
        shape = (first.extent, second.extent)
        if form == "matrix":
            call = f"table_of, {window}, {made.channels}, {made.filters}, {shape}"
            entries = made.filters * made.channels * first.taps * second.taps
        else:
            images = (int(made.batch), made.channels, *shape)
            call = f"places_of, {window}, {images}"
            entries = int(made.batch) * made.channels * first.extent * second.extent
        if call not in self.tables:
            stem = window.removesuffix("_WINDOW").lower()
            name, inverse = (scribe.names.namer.claim(f"{stem}_{w}") for w in ("table", "inverse"))
            back = f"inverse_of, {name}(), {entries}"
            texts = _function(name, call, "the table"), _function(inverse, back, "its inverse")
            self.tables[call] = (f"{name}()", f"{inverse}()", texts)
        return self.tables[call][:2]

    def transforms(self, scribe: Scribe, size: int, taps: int) -> str:
        """The name of the matrices of tiles of `size` x `size` places."""
        if (size, taps) not in self.matrices:
            name = scribe.names.namer.claim(f"F{size}X{taps}")
            made = transforms(size, taps)
            lines = [f"{name} = Transforms("]
            for part in ("image", "kernel", "places"):
                lines += _matrix(part, getattr(made, part))
            self.matrices[size, taps] = (name, "\n".join([*lines, ")"]))
        return self.matrices[size, taps][0]


def _function(name: str, call: str, what: str) -> str:
    """A function that makes a table once."""
    return "\n".join(
        [
            f"def {name}() -> Array:",
            f'{TAB}"""Give {what}, made at the first call."""',
            *wrap_call("return known_table", [f'"{name}"', *call.split(", ", 1)], "", 1),
        ]
    )


def _geometry(name: str, made: Contraction, phases: Pair) -> str:
    first, second = made.axes
    arguments = [f"{word}=({getattr(first, word)}, {getattr(second, word)})" for word in PARTS]
    return "\n".join(wrap_call(f"{name} = Window", [*arguments, f"phases={phases}"], "", 0))


def _matrix(name: str, table: Table) -> list[str]:
    """A matrix as the value of a keyword."""
    rows = [f"[{', '.join(map(_number, row))}]" for row in table]
    flat = f"{TAB}{name}=np.array([{', '.join(rows)}]),"
    if len(flat) <= WIDTH:
        return [flat]
    inner = f"{TAB * 2}[{', '.join(rows)}]"
    if len(inner) <= WIDTH:
        return [f"{TAB}{name}=np.array(", inner, f"{TAB}),"]
    inside = [f"{TAB * 3}{row}," for row in rows]
    return [f"{TAB}{name}=np.array(", f"{TAB * 2}[", *inside, f"{TAB * 2}]", f"{TAB}),"]


def _number(n: Fraction) -> str:
    return f"{n.numerator} / {n.denominator}" if n.denominator != 1 else str(n.numerator)
