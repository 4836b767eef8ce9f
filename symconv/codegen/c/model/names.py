"""Identifiers in C: those of the Python modules, in ASCII, clear of what C and its headers have."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

KEYWORDS = frozenset({
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum",
    "extern", "float", "for", "goto", "if", "inline", "int", "long", "register", "restrict",
    "return", "short", "signed", "sizeof", "static", "struct", "switch", "typedef", "union",
    "unsigned", "void", "volatile", "while", "asm", "typeof", "alignas", "alignof", "bool",
    "complex", "constexpr", "false", "imaginary", "nullptr", "static_assert", "thread_local",
    "true", "class", "new", "delete", "this", "template", "typename", "namespace", "operator",
    "private", "protected", "public", "virtual", "friend", "using", "try", "catch", "throw",
    "export", "explicit", "mutable", "and", "or", "not", "xor", "bitand", "bitor", "compl",
    "and_eq", "or_eq", "xor_eq", "not_eq",
})  # fmt: skip
"""Words that no array may be called by: those of C, of later standards, and of C++, as a header may
be read there."""

LIBRARY = frozenset({
    "exp", "expf", "log", "logf", "tanh", "tanhf", "sqrt", "sqrtf", "sin", "sinf", "cos", "cosf",
    "erf", "erff", "fabs", "fabsf", "pow", "powf", "log1p", "log1pf", "y0", "y1", "yn", "j0", "j1",
    "jn", "gamma", "lgamma", "tgamma", "signgam", "index", "rindex", "div", "abs", "labs", "time",
    "main", "errno", "unix", "linux", "memset", "memcpy", "size_t", "ptrdiff_t", "int64_t", "NULL",
    "NAN", "INFINITY", "real", "reals_in", "reals_out", "arrays", "workspace", "GUARDED", "HOLD",
    "EACH", "room", "scratch", "HANDS_OVER", "PAUSE", "YIELD", "ASLEEP", "READY", "CLAIMED",
    "POSTED", "TAKEN", "DONE",
})  # fmt: skip
"""What headers declare and what the file itself uses."""

NUMBERED = re.compile(r"(in|sum|LOAD|GATHER|[uv])\d+(_\d+)?")
"""The vectors of a tile and their types: numbers are given to them as the tile goes on."""

NESTED = frozenset({"k", "sums", "sum", "in"})
"""What a nest counts lanes by, where its partial sums are, and the vectors of a tile."""


LONGEST = 50
"""C tells names apart by their first 63 letters, and what the file adds to one has a dozen."""


def c_identifier(text: str) -> str:
    """Letters, digits and underscores of ASCII; other letters by their numbers."""
    found = "".join(c if c.isascii() else f"u{ord(c):x}" for c in text.replace("'", ""))
    found = re.sub(r"[^A-Za-z0-9_]", "_", found).strip("_") or "network"
    return (f"n{found}" if found[0].isdigit() else found)[:LONGEST]


@dataclass
class CNames:
    """Hands out identifiers, each one once; `claimed` are those that it has handed out."""

    taken: set[str] = field(default_factory=lambda: set(KEYWORDS | LIBRARY))
    claimed: set[str] = field(default_factory=set)

    def claim(self, wanted: str) -> str:
        """`wanted`, or with a number behind it where that is taken."""
        plain = c_identifier(wanted)
        plain = f"{plain}_" if NUMBERED.fullmatch(plain) else plain
        name, number = plain, 2
        while name in self.taken:
            name, number = f"{plain}_{number}", number + 1
        self.taken.add(name)
        self.claimed.add(name)
        return name

    def branch(self, apart: Collection[str] = ()) -> CNames:
        """Names for one function, clear of all that is known here and of those set apart."""
        return CNames({*self.taken, *apart})
