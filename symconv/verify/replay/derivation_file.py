"""What a derivation's JSON form says: tensors, sizes, equations, and steps from trees to trees."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from symconv.schemas import check_format

from .json_tree import JsonReader, JsonTree, json_form_error, load_json, within_field

MOST_TENSORS, MOST_SIZES = 2_000, 200
"""The most tensors and sizes of a network. One of 100 layers has some 600 with its deltas."""


@dataclass(frozen=True)
class TensorRecord:
    """A tensor: its key, its role, and its extents."""

    key: str
    role: str
    shape: tuple[JsonTree, ...]


@dataclass(frozen=True)
class SizeRecord:
    """A size: the least value it may have, or what it is computed from."""

    name: str
    least: int = 1
    numerator: JsonTree | None = None
    stride: JsonTree | None = None


@dataclass(frozen=True)
class EquationRecord:
    """An equation: an entry on the left, a formula on the right, and the ranges of its indices."""

    left: JsonTree
    right: JsonTree
    ranges: tuple[tuple[str, JsonTree], ...]
    of: str = ""
    steps: tuple[tuple[str, JsonTree, JsonTree], ...] = ()

    @property
    def key(self) -> str:
        return str(self.left.leaf)


@dataclass(frozen=True)
class EndingRecord:
    """Further steps from the result of `key`, with the names in them and the sums that are 1."""

    key: str
    definitions: tuple[EquationRecord, ...]
    unit_sums: tuple[tuple[str, int], ...]
    steps: tuple[tuple[str, JsonTree, JsonTree], ...]


@dataclass(frozen=True)
class DerivationRecord:
    """A derivation in JSON form: tensors by key, sizes, forward and backward equations.

    `named` are the tensors that endings define.
    """

    tensors: dict[str, TensorRecord]
    sizes: tuple[SizeRecord, ...]
    forward: tuple[EquationRecord, ...]
    backward: tuple[EquationRecord, ...]
    named: dict[str, TensorRecord] = field(default_factory=dict)
    endings: tuple[EndingRecord, ...] = ()

    def with_names(self, ending: EndingRecord) -> DerivationRecord:
        """The same with what an ending defines as equations of the forward pass."""
        defined = {e.key: self.named[e.key] for e in ending.definitions if e.key in self.named}
        if len(defined) < len(ending.definitions):
            raise json_form_error("an ending defines a tensor that is not listed as named")
        forward = (*self.forward, *ending.definitions)
        return replace(self, tensors={**self.tensors, **defined}, forward=forward)

    def defines_mask(self, line: EquationRecord) -> bool:
        """Whether an equation is the definition of a mask, which is derived from nothing."""
        role = self.tensors[line.key].role if line.key in self.tensors else ""
        return role == "mask" and not line.steps and line.right.op == "OneHot"


def parse_derivation(text: str) -> DerivationRecord:
    """A JSON text as a document; SymconvError with the reason where it is none."""
    data, reader = load_json(text), JsonReader()
    check_format("derivation", data)
    tensors = reader.each(data, "tensors", _parse_tensor)
    free = reader.each(data, "parameters", _parse_free_size)
    defined = reader.each(data, "sizes", _parse_defined_size)
    forward = reader.each(data, "forward", _parse_equation)
    backward = reader.each(data, "backward", _parse_equation)
    if len(tensors) > MOST_TENSORS or len(free) + len(defined) > MOST_SIZES:
        raise json_form_error("too many tensors or sizes")
    endings = reader.each(data, "endings", _parse_ending) if data.get("endings") else []
    named = {t.key: t for t in tensors if t.role == "named"}
    by_key = {t.key: t for t in tensors if t.role != "named"}
    return DerivationRecord(
        by_key, (*free, *defined), tuple(forward), tuple(backward), named, tuple(endings)
    )


def _parse_ending(reader: JsonReader, data: Any) -> EndingRecord:
    return EndingRecord(
        reader.name(data, "key"),
        tuple(reader.each(data, "definitions", _parse_equation)),
        tuple(reader.each(data, "unit_sums", _parse_unit_sum)),
        tuple(reader.each(data, "steps", _step)),
    )


def _parse_unit_sum(reader: JsonReader, data: Any) -> tuple[str, int]:
    return reader.name(data, "tensor"), reader.field(data, "axis", int)


def _parse_tensor(reader: JsonReader, data: Any) -> TensorRecord:
    shape = tuple(reader.tree(n) for n in reader.field(data, "shape", list))
    return TensorRecord(reader.name(data, "key"), reader.name(data, "role"), shape)


def _parse_free_size(reader: JsonReader, data: Any) -> SizeRecord:
    return SizeRecord(reader.name(data, "symbol"), min(1, max(0, reader.field(data, "least", int))))


def _parse_defined_size(reader: JsonReader, data: Any) -> SizeRecord:
    numerator, stride = (reader.tree(reader.field(data, k, dict)) for k in ("numerator", "stride"))
    return SizeRecord(reader.name(data, "symbol"), 1, numerator, stride)


def _parse_equation(reader: JsonReader, data: Any) -> EquationRecord:
    left, right = (_parse_side(reader, data, k) for k in ("left", "right"))
    ranges = reader.each(data, "ranges", _range)
    steps = reader.each(data, "steps", _step) if data.get("steps") else []
    if left.op != "entry":
        raise json_form_error("an equation that defines no entry")
    of = reader.name(data, "of") if data.get("of") else ""
    return EquationRecord(left, right, tuple(ranges), of, tuple(steps))


def _range(reader: JsonReader, data: Any) -> tuple[str, JsonTree]:
    return reader.name(data, "index"), reader.tree(reader.field(data, "extent", dict))


def _step(reader: JsonReader, data: Any) -> tuple[str, JsonTree, JsonTree]:
    before, after = (_parse_side(reader, data, k) for k in ("before", "after"))
    return reader.words(data, "rule"), before, after


def _parse_side(reader: JsonReader, data: Any, name: str) -> JsonTree:
    side = reader.field(data, name, dict)
    with within_field(name):
        return reader.tree(reader.field(side, "tree", dict))
