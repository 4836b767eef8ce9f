"""The C style: everything that is written for a network, made once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from sympy import Symbol

from symconv.codegen.compiled import Compiled
from symconv.codegen.fast.algorithms.table import check_tiles
from symconv.codegen.fast.plan.plan_report import report_equations
from symconv.codegen.python.allowlist import ALLOW_LISTS
from symconv.codegen.python.module import Module
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.codegen.python.render_module import render_module
from symconv.codegen.python.stable_forms import use_stable_forms
from symconv.codegen.readable.module import module_names
from symconv.codegen.readable.tests import module_tests
from symconv.core.errors import SymconvError, did_you_mean

from .build import FLAGS, MACHINE, build_library, find_isa
from .chunk_sizes import choose_chunk
from .chunks import ChunkedParts
from .face import FaceWriter
from .file import SourceFiles
from .model.names import c_identifier
from .model.open_batch import find_open_batch
from .model.sized_program import SizedProgram
from .nests.machine import find_machine
from .passes import FileParts

DType = Literal["float32", "float64"]
Isa = Literal["scalar", "avx2", "avx512", "neon"]
DTYPES = ("float32", "float64")
ISAS = ("scalar", "avx2", "avx512", "neon")


@dataclass(frozen=True)
class COptions:
    """What a C file is written for: the type of its numbers, and the instructions of a machine.

    `tiles` is `f2` or `f4`: sums over windows come from Winograd's tiles where they pay, and round
    more. `chunk` is how many samples of an open batch are computed at once, where the plan does not
    choose. SymconvError where one is not known.
    """

    dtype: DType = "float32"
    isa: Isa = "scalar"
    chunk: int | None = None
    tiles: str | None = None

    def __post_init__(self) -> None:
        if self.chunk is not None and self.chunk < 1:
            raise SymconvError(
                f"a chunk of {self.chunk} samples computes nothing", help="give 1 at least"
            )
        for word, known in ((self.dtype, DTYPES), (self.isa, ISAS)):
            if word not in known:
                raise SymconvError(f"C code knows no '{word}'", help=did_you_mean(str(word), known))
        if self.tiles is not None:
            check_tiles(self.tiles)
            if self.isa == "scalar":
                raise SymconvError(
                    "C code makes tiles of vectors, and 'scalar' has none",
                    help="name --isa avx512, avx2 or neon",
                )

    @property
    def tile(self) -> int:
        """How many places a tile has along an axis; 0 where there are to be no tiles."""
        return int(self.tiles[1:]) if self.tiles else 0


def parse_c_options(given: Mapping[str, Any], *, native: bool = False) -> COptions:
    """What the caller wants of the C style; SymconvError where it has no such option.

    With `native` the instructions are those of this machine where none are named.
    """
    unknown = sorted(set(given) - {"dtype", "isa", "chunk", "tiles"})
    if unknown:
        raise SymconvError(
            f"the C style has no option '{unknown[0]}'", help="it has dtype, isa, chunk and tiles"
        )
    return COptions(**({"isa": find_isa()} if native else {}) | dict(given))


@dataclass(frozen=True)
class GeneratedC:
    """The C file of a network, its header, its face in Python and its tests.

    SymconvError where a size is open that is no batch, or where the samples of an open batch are
    not computed apart; Unsupported where a formula has no form in C.
    """

    spec: ModuleSpec
    options: COptions = COptions()

    @cached_property
    def stable(self) -> ModuleSpec:
        """What the file is written from: no exponential overflows."""
        return use_stable_forms(self.spec)

    @cached_property
    def parts(self) -> FileParts | ChunkedParts:
        """The functions of the file."""
        machine = find_machine(self.options.isa, self.options.dtype, self.options.tile)
        split = find_open_batch(self.stable)
        if split is None:
            return FileParts(SizedProgram(self.stable), machine)
        chunk, number = self.options.chunk, 4 if self.options.dtype == "float32" else 8
        chunk = chunk or choose_chunk(self.stable, split, number)
        return ChunkedParts(self.stable, split, tuple(sorted({chunk, 1}, reverse=True)), machine)

    @property
    def stem(self) -> str:
        """How the files are called, and what begins the names in them."""
        return c_identifier(self.spec.title)

    @cached_property
    def files(self) -> SourceFiles:
        """The C file and the header, as text."""
        command = " ".join(("cc", *FLAGS, *MACHINE[self.options.isa]))
        return SourceFiles(self.parts, self.stem, self.options.dtype, command, self.options.isa)

    @property
    def source(self) -> str:
        """The C file."""
        return self.files.source

    @cached_property
    def module(self) -> Module:
        """The record of the face."""
        files = self.files
        library = f"lib{self.stem}.so"
        return FaceWriter(
            self.parts, self.stable, library, files.prefix, files.fingerprint
        ).module()

    @cached_property
    def face(self) -> str:
        """The face, which has passed the allow-list of its style."""
        return render_module(self.module, ALLOW_LISTS["c"])

    def tests(self) -> str:
        """The tests of the face, which make the library for numbers of double precision."""
        names = module_names(self.spec.forward, self.spec.backward.program)
        sizes = dict[Symbol, int]()
        if isinstance(self.parts, ChunkedParts):
            # One chunk of every size.
            sizes[self.parts.split.batch] = sum({*self.parts.sizes})
        return module_tests(
            self.stem, self.module, self.spec, names, sizes, library=self.stem, flags=FLAGS
        )

    def plan_text(self) -> str:
        """What becomes of the equations, in words."""
        spec, isa, parts = self.stable, self.options.isa, self.parts
        vectors = "no vectors" if isa == "scalar" else f"vectors of {isa}"
        chunks = parts.chunks if isinstance(parts, ChunkedParts) else (parts,)
        plans = [
            f"  ({e.number}) {e.key}: {e.explanation}"
            for part in chunks[0].equations
            for e in part
            if e.plan
        ]
        return "\n".join(
            [
                f"c: every equation as a function, {vectors}, {self.options.dtype}",
                report_equations(spec.backward.program.equations, spec.numbers),
                *(["register tiles:", *plans] if plans else []),
                *([parts.describe()] if isinstance(parts, ChunkedParts) else []),
                f"workspace: {parts.bytes} bytes",
            ]
        )

    def compile(self) -> Compiled:
        """The face, loaded, with a library that is made in the cache where it is not there yet.

        SymconvError where there is no C compiler, or where the cache is not its owner's alone.
        """
        texts = {
            f"{self.stem}.c": self.files.source,
            f"{self.stem}.h": self.files.header,
        }
        library = f"lib{self.stem}.so"
        folder = build_library(texts, f"{self.stem}.c", library, self.options.isa)
        names = module_names(self.spec.forward, self.spec.backward.program)
        path = str(folder / f"{self.stem}.py")
        return Compiled(self.face, names.tensors, ALLOW_LISTS["c"], path)

    def written(self) -> Mapping[str, str]:
        """The files by name."""
        return {
            f"{self.stem}.c": self.files.source,
            f"{self.stem}.h": self.files.header,
            f"{self.stem}.py": self.face,
            f"test_{self.stem}.py": self.tests(),
        }
