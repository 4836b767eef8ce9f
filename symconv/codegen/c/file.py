"""The text of the C file and of its header, which have passed an allow-list."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import cached_property

from symconv.core.printable import HIDDEN
from symconv.output.templates import render_template

from .allowlist import audit_c
from .chunks import ChunkedParts
from .equations import TYPES
from .exponentials import FORMS, SPLIT
from .joined_lines import join_lines
from .model.names import c_identifier
from .model.sized_program import SizedTensor
from .passes import FileParts
from .winograd.write_turn import write_turn

HELPERS = (
    "relu", "exp", "log", "sigmoid", "softplus", "tanh", "absolute", "erf", "sqrt", "sin", "cos",
    "pow", "larger", "smaller",
)  # fmt: skip
"""The functions of numbers that the file may hold, in the order of the template."""

PART_HELPERS = ("clear_part", "add_part")
"""The functions that go over arrays of which chunks of a batch have a part each."""

MADE_OF = {"sigmoid": ("exp",), "softplus": ("exp", "log")}
"""Which of them call others."""

HOLDS = {"avx512": ("__AVX512F__", "v"), "avx2": ("__AVX2__", "v"), "neon": ("__ARM_NEON", "w")}
"""What a compiler that has the vectors defines, and its letter for a register of them."""

WORDS_OF_TEMPLATES = frozenset(
    [
        *("k", "x", "y", "n", "f", "r", "s", "z", "e", "a", "one", "two", "part", "count", "more"),
        *("half", "small", "found", "power", "twice", "size", "rest", "bits", "sum", "total"),
        *("scratch", "sums", "kept"),
        *("entries", "share", "taken", "at", "first", "samples"),
        *("from", "step", "rows", "to", "pitch", "j"),
        *("parts", "worker", "given", "woken", "state", "turn", "turns", "word", "value", "mine"),
        *("missed", "here", "posted", "stays", "spared"),
    ]
)
"""The names of numbers in the templates."""

ROLES = {
    "input": "input", "parameter": "parameter", "target": "target", "value": "value",
    "cost": "the cost", "delta": "derivative of the cost", "gradient": "derivative of the cost",
}  # fmt: skip
"""What a field of the struct is, in words."""


def escape_comment(text: str) -> str:
    """A text that can neither end a comment nor begin one, on one line; no trigraphs."""
    clean = HIDDEN.sub(" ", " ".join(text.split())).replace("\\", "/").replace("?", "? ").strip()
    # Twice, as in */*: what is left of one sign may make another.
    for _ in range(2):
        clean = clean.replace("*/", "* /").replace("/*", "/ *")
    return clean


@dataclass(frozen=True)
class SourceFiles:
    """The C file and the header of a network.

    `dtype` is the type of its numbers where the compiler is not told another, `command` begins the
    line that makes a library of it, `isa` are the instructions that it was planned for.
    """

    parts: FileParts | ChunkedParts
    stem: str
    dtype: str = "float32"
    command: str = "cc"
    isa: str = "scalar"

    @property
    def prefix(self) -> str:
        """What every name that others see begins with."""
        return c_identifier(self.stem)

    @cached_property
    def bodies(self) -> str:
        """The functions of the equations."""
        return "\n\n".join(
            "\n".join([self._note(*(e.serves or [(e.number, e.key)])), *join_lines(e.lines)])
            for e in self.parts.codes
        )

    def _note(self, *equations: tuple[str, str]) -> str:
        """The number of every equation that a function computes, and what it defines."""
        words = (f"({number}) {key}" if number else key for number, key in equations)
        return f"/* {escape_comment(', '.join(words))} */"

    @cached_property
    def header(self) -> str:
        """The struct of arrays, and the functions."""
        text = render_template(
            "c",
            "module.h.j2",
            **self._words(),
            fields=[self._field(t) for t in self.parts.fields],
            passes=self.parts.passes,
            real="double" if self.dtype == "float64" else "float",
        )
        return self._audited(text)

    @cached_property
    def source(self) -> str:
        """The file."""
        used = [h for h in HELPERS if re.search(rf"\breal_{h}\b", self.bodies)]
        more = {part for h in used for part in MADE_OF.get(h, ())}
        used = [h for h in HELPERS if h in {*used, *more}]
        turns = {int(n) for n in re.findall(r"\bturn_(\d+)\b", self.bodies)}
        public = ["\n".join((*p.heads, *p.lines)) for p in self.parts.passes]
        private = ["\n".join((*p.heads, *p.lines)) for p in self.parts.inner_passes]
        private += ["\n".join(p.lines) for p in self.parts.helpers]
        public += ["add_part("] if self._added[0] else []
        text = render_template(
            "c",
            "module.c.j2",
            **self._words(),
            helpers=used,
            form=FORMS[self.dtype] if SPLIT & set(used) else None,
            hold=HOLDS.get(self.isa) if "LOAD" in self.bodies else None,
            lanes=sorted({int(n) for n in re.findall(r"\b(?:u|LOAD|GATHER)(\d+)\b", self.bodies)}),
            turns=[write_turn(n) for n in sorted(turns)],
            bodies=self.bodies,
            inner_passes=self.parts.inner_passes,
            part_functions=self.parts.helpers,
            passes=self.parts.passes,
            part_helpers=[
                h for h in PART_HELPERS if any(f"{h}(" in p for p in (*public, *private))
            ],
            uses_places=any("room(workspace, " in p for p in (*public, *private)),
            added=self._added,
            bytes=self.parts.bytes,
            fingerprint=self.fingerprint,
            command=f"{self.command} -o lib{self.prefix}.so {self.prefix}.c -lm",
        )
        return self._audited(text)

    @cached_property
    def fingerprint(self) -> int:
        """A number that tells one layout of the struct from another."""
        fields = [(self.parts.names[t.key], self._shape(t), t.kind) for t in self.parts.fields]
        return zlib.crc32(repr(fields).encode())

    def _audited(self, text: str) -> str:
        made = (e.words for e in self.parts.codes)
        own = {self.prefix, *WORDS_OF_TEMPLATES}
        return audit_c(text, self.parts.namer.claimed.union(own, *made))

    def _words(self) -> dict[str, object]:
        spec = self.parts.program.spec
        return {
            "prefix": self.prefix,
            "macro": f"{self.prefix.upper()}_REAL",
            "title": escape_comment(spec.title),
            "notes": [escape_comment(note) for note in spec.notes],
            "splits": isinstance(self.parts, ChunkedParts),
        }

    @property
    def _added(self) -> tuple[str, str]:
        """What parts of a batch have a sum each of: the cost, and what adds results; or neither."""
        if not isinstance(self.parts, ChunkedParts):
            return "", ""
        cost = self.parts.program.cost
        shared = cost is not None and cost.key in self.parts.shared
        return self.parts.names[cost.key] if cost and shared else "", self.parts.adder

    def _shape(self, tensor: SizedTensor) -> tuple[int | str, ...]:
        """The extents, where an open batch is a word."""
        if tensor.key in self.parts.batched:
            return ("samples", *tensor.shape[1:])
        return tensor.shape

    def _field(self, tensor: SizedTensor) -> tuple[str, str]:
        """A field of the struct, and what is said of it."""
        given = tensor in self.parts.program.given
        kind = TYPES[tensor.kind].replace("real", f"{self.prefix}_real")
        shape = " x ".join(map(str, self._shape(tensor)))
        role = ROLES.get(tensor.tensor.role, tensor.tensor.role)
        number = self.parts.program.spec.numbers.get(tensor.key, "")
        label = ", class numbers" if tensor.kind == "label" else ""
        words = f"{role}{label}, {shape}{f', equation ({number})' if number else ''}"
        const = "const " if given else ""
        return f"{const}{kind} *{self.parts.names[tensor.key]};", escape_comment(words)
