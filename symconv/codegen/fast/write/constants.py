"""The constants of a planned module: windows, lookup tables, and what an algorithm defines."""

from __future__ import annotations

from dataclasses import dataclass, field

from symconv.codegen.fast.algorithms.base import Algorithm
from symconv.codegen.fast.algorithms.contraction import Contraction
from symconv.codegen.fast.algorithms.sizes import Pair
from symconv.codegen.python.layout import TAB, wrap_call
from symconv.codegen.python.module import Function, make_code

from .function_writer import FunctionWriter

WINDOW_FIELDS = {
    "taps": "taps",
    "places": "places",
    "stride": "stride",
    "dilation": "dilation",
    "padding": "before",
}
"""What the module calls the entries of a geometry, and what `AxisGeometry` does."""


@dataclass
class ModuleConstants:
    """Names for what every call of an algorithm needs, and the text that defines them."""

    windows: dict[str, tuple[Contraction, Pair]] = field(default_factory=dict)
    tables: dict[str, tuple[str, str, tuple[Function, ...]]] = field(default_factory=dict)
    definitions: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def texts(self) -> list[str]:
        """The definitions, each after what it needs."""
        return [
            *(_write_window(name, *found) for name, found in self.windows.items()),
            *(text for _, text in self.definitions.values()),
        ]

    @property
    def functions(self) -> list[Function]:
        """The functions that give the tables, each after what it needs."""
        return [function for *_, both in self.tables.values() for function in both]

    def name_window(self, scribe: FunctionWriter, contraction: Contraction, phases: Pair) -> str:
        """The name of the geometry."""
        # By what a window is, not by its layer: layers of one geometry share a constant.
        for name, (other, known) in self.windows.items():
            if other.axes == contraction.axes and known == phases:
                return name
        places = scribe.names.tensors[contraction.places.key]
        name = scribe.names.namer.claim(f"{places.upper()}_WINDOW")
        self.windows[name] = (contraction, phases)
        return name

    def name_table(
        self, scribe: FunctionWriter, contraction: Contraction, algorithm: Algorithm, phases: Pair
    ) -> tuple[str, str]:
        """The names of the functions that give an algorithm's lookup table, and its inverse.

        ValueError where the algorithm has none; contractions that need the same table share it.
        """
        if algorithm.table is None:
            raise ValueError(f"{algorithm.name} has no lookup table")
        window = self.name_window(scribe, contraction, phases)
        given = map(str, (window, *algorithm.table.arguments(contraction)))
        call = f"{algorithm.table.function}, {', '.join(given)}"
        if call not in self.tables:
            stem = window.removesuffix("_WINDOW").lower()
            name, inverse = (scribe.names.namer.claim(f"{stem}_{w}") for w in ("table", "inverse"))
            back = f"invert_index_table, {name}(), {algorithm.table.entries(contraction)}"
            both = (
                _write_function(name, call, "the table"),
                _write_function(inverse, back, "its inverse", name),
            )
            self.tables[call] = (name, inverse, both)
        return self.tables[call][:2]

    def name_constant(
        self, scribe: FunctionWriter, contraction: Contraction, algorithm: Algorithm
    ) -> str:
        """The name of the constant that an algorithm defines for a contraction.

        ValueError where it defines none; two contractions with the same value share it.
        """
        if algorithm.constant is None:
            raise ValueError(f"{algorithm.name} has no constant")
        wanted = algorithm.constant(contraction)
        if wanted.value not in self.definitions:
            name = scribe.names.namer.claim(wanted.name)
            self.definitions[wanted.value] = (name, f"{name} = {wanted.value}")
        return self.definitions[wanted.value][0]


def _write_function(name: str, call: str, what: str, *calls: str) -> Function:
    """A function that makes a table once; `calls` are called for what the call is given."""
    returns = wrap_call("return get_cached_table", [f'"{name}"', *call.split(", ", 1)], "", 1)
    return Function(
        name=name,
        parameters=(),
        docstring=f'{TAB}"""Give {what}, made at the first call."""',
        body=(make_code(returns, "return"),),
        result="Array",
        reads=frozenset(),
        calls=frozenset({"get_cached_table", *calls}),
    )


def _write_window(name: str, contraction: Contraction, phases: Pair) -> str:
    first, second = contraction.axes
    pairs = {field: (getattr(first, k), getattr(second, k)) for field, k in WINDOW_FIELDS.items()}
    arguments = [f"{field}={pair}" for field, pair in pairs.items()]
    return "\n".join(wrap_call(f"{name} = Window", [*arguments, f"phases={phases}"], "", 0))
