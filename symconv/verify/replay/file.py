"""What a derivation's JSON form says: tensors, sizes, equations, and steps from trees to trees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .tree import Reader, Tree, load, refused


@dataclass(frozen=True)
class Array:
    """A tensor: its key, its role, and its extents."""

    key: str
    role: str
    shape: tuple[Tree, ...]


@dataclass(frozen=True)
class Size:
    """A size: the least value it may have, or what it is computed from."""

    name: str
    least: int = 1
    numerator: Tree | None = None
    stride: Tree | None = None


@dataclass(frozen=True)
class Line:
    """An equation: an entry on the left, a formula on the right, and the ranges of its indices."""

    left: Tree
    right: Tree
    ranges: tuple[tuple[str, Tree], ...]
    of: str = ""
    steps: tuple[tuple[str, Tree, Tree], ...] = ()

    @property
    def key(self) -> str:
        return str(self.left.leaf)


@dataclass(frozen=True)
class Document:
    """All of it."""

    tensors: dict[str, Array]
    sizes: tuple[Size, ...]
    forward: tuple[Line, ...]
    backward: tuple[Line, ...]


def document(text: str) -> Document:
    """A JSON text as a document; SymconvError with the reason where it is none."""
    data, reader = load(text), Reader()
    tensors = [_array(reader, t) for t in reader.field(data, "tensors", list)]
    free = [_free(reader, s) for s in reader.field(data, "parameters", list)]
    defined = [_defined(reader, s) for s in reader.field(data, "sizes", list)]
    forward = [_line(reader, e) for e in reader.field(data, "forward", list)]
    backward = [_line(reader, e) for e in reader.field(data, "backward", list)]
    if len(tensors) > 2000 or len(free) + len(defined) > 200:
        raise refused("too many tensors or sizes")
    by_key = {t.key: t for t in tensors}
    return Document(by_key, (*free, *defined), tuple(forward), tuple(backward))


def _array(reader: Reader, data: Any) -> Array:
    shape = tuple(reader.tree(n) for n in reader.field(data, "shape", list))
    return Array(reader.name(data, "key"), reader.name(data, "role"), shape)


def _free(reader: Reader, data: Any) -> Size:
    return Size(reader.name(data, "symbol"), min(1, max(0, reader.field(data, "least", int))))


def _defined(reader: Reader, data: Any) -> Size:
    numerator, stride = (reader.tree(data.get(k)) for k in ("numerator", "stride"))
    return Size(reader.name(data, "symbol"), 1, numerator, stride)


def _line(reader: Reader, data: Any) -> Line:
    left, right = (_side(reader, data, k) for k in ("left", "right"))
    ranges = [
        (reader.name(r, "index"), reader.tree(r.get("extent")))
        for r in reader.field(data, "ranges", list)
    ]
    steps = [
        (reader.name(s, "rule"), _side(reader, s, "before"), _side(reader, s, "after"))
        for s in data.get("steps") or []
    ]
    if left.op != "entry":
        raise refused("an equation that defines no entry")
    of = reader.name(data, "of") if data.get("of") else ""
    return Line(left, right, tuple(ranges), of, tuple(steps))


def _side(reader: Reader, data: Any, name: str) -> Tree:
    return reader.tree(reader.field(reader.field(data, name, dict), "tree", dict))
