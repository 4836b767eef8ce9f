"""The graph of an exported program as operations, and what is changed in place in it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from symconv.core.errors import SymconvError
from symconv.importers.graph.records import ModelGraph, ModelInput, Operation, Shape, StoredArray
from symconv.importers.graph.refusals import NotImportedError, quote_name, refuse_malformed

from .fields import take
from .limits import check_operation_count
from .outputs import Chosen, choose_output
from .torch_archive import NUMBERS, TorchProgram, read_size
from .torch_calls import TorchCall, TorchName
from .torch_constants import fill_masked, fold_call
from .torch_operators import OPERATORS, VIEWS

ATEN = "torch.ops.aten."


def has_open_size(program: TorchProgram) -> bool:
    """Whether a tensor of an exported program has a size that is a symbol."""
    values = take(program.graph, "tensor_values", dict, "the graph").values()
    found = (v.get("sizes") for v in values if isinstance(v, dict))
    sizes = (s for s in found if isinstance(s, list))
    return any(isinstance(n, dict) and "as_expr" in n for s in sizes for n in s)


def read_graph(program: TorchProgram, result: Chosen = None, size: int | None = None) -> ModelGraph:
    """The model of an exported program, with a number for its open size.

    SymconvError where its form is not that of a program.
    """
    meta = take(program.graph, "tensor_values", dict, "the graph")
    shapes = {f"%{n}": _read_shape(m, quote_name(n), size) for n, m in meta.items()}
    _check_one_symbol(meta)
    shapes |= {n: a.values.shape for n, a in program.arrays.items()}
    reader = _GraphReader(program, shapes)
    inputs = tuple(reader.inputs(meta))
    nodes = take(program.graph, "nodes", list, "the graph")
    check_operation_count(len(nodes))
    for number, node in enumerate(nodes):
        reader.read(node, f"node {number}")
    return ModelGraph(inputs, tuple(reader.operations), reader.output(result), reader.arrays)


def _read_shape(meta: Any, name: str, size: int | None) -> Shape:
    sizes = take(meta, "sizes", list, name)
    return tuple(_read_open_size(n, name, size) for n in sizes)


def _read_open_size(data: Any, name: str, size: int | None) -> int:
    """A size, which may be a symbol or a multiple of one: `3*Symbol('s77', positive=True)`."""
    found = None if size is None else _match_symbol(data)
    if found is None or size is None:
        return read_size(data, name)
    return int(found["factor"] or found["times"] or 1) * size


def _match_symbol(data: Any) -> re.Match[str] | None:
    expression = data.get("as_expr") if isinstance(data, dict) else None
    text = expression.get("expr_str") if isinstance(expression, dict) else None
    return SYMBOL.fullmatch(text) if isinstance(text, str) else None


def _check_one_symbol(meta: Mapping[str, Any]) -> None:
    """SymconvError where several sizes are open: one letter stands for one of them."""
    found = (_match_symbol(n) for m in meta.values() for n in m["sizes"])
    names = sorted({f["name"] for f in found if f is not None})
    if len(names) > 1:
        raise SymconvError(
            f"the model leaves {len(names)} sizes open: {', '.join(names)[:80]}",
            help="export it with one dynamic size at most, such as that of the batch",
        )


SYMBOL = re.compile(
    r"(?:(?P<factor>[0-9]{1,9})\*|Mul\(Integer\((?P<times>[0-9]{1,9})\), )?"
    r"Symbol\('(?P<name>[A-Za-z0-9_]{1,40})'(?:, [a-z]+=[A-Za-z]+)*\)(?(times)\))"
)
"""A size that is open, as SymPy writes a symbol."""


@dataclass
class _GraphReader:
    """Goes through the nodes of a graph once.

    `names` says what a name of the graph means by now: stored arrays keep the names that the model
    gives them, values have a sign before theirs. An operation that changes a tensor in place gives
    its name a new meaning. `owners` says for a view in whose memory it lies; what lies in memory
    that was changed through another name is `stale`, and must not be read any more.
    """

    program: TorchProgram
    shapes: Mapping[str, Shape]
    operations: list[Operation] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    arrays: dict[str, StoredArray] = field(default_factory=dict)
    """The tensors of the archive, and those of one number, which have no gradient."""

    def __post_init__(self) -> None:
        self.arrays |= self.program.arrays

    def inputs(self, meta: Mapping[str, Any]) -> Iterator[ModelInput]:
        """The inputs of the user; those that are stored arrays get the names of these."""
        for spec in take(self.program.signature, "input_specs", list, "the signature"):
            kind = next(iter(spec), "") if isinstance(spec, dict) else ""
            about = take(spec, kind, dict, "an input")
            arg = take(about, "arg", dict, "an input")
            name = take(arg.get("as_tensor", arg), "name", str, "an input")
            if kind in {"parameter", "buffer", "tensor_constant"}:
                source = take(about, f"{kind}_name", str, "an input")
                if source not in self.program.arrays:
                    raise SymconvError(f"the archive has no tensor {quote_name(source)}")
                self.names[name] = source
            elif kind == "user_input" and f"%{name}" in self.shapes:
                numbers = NUMBERS.get(take(meta[name], "dtype", int, "an input"), "f4")
                whole = numbers[-2:-1] != "f"
                yield ModelInput(f"%{name}", self.shapes[f"%{name}"], whole=whole)
            else:
                raise SymconvError(f"an input of the kind {quote_name(kind)} is not read")

    def read(self, node: Any, where: str) -> None:
        """One node as operations."""
        target = take(node, "target", str, where)
        call = TorchCall(
            target,
            {n: self._argument(a) for n, a in _list_arguments(node, where)},
            tuple(_list_outputs(node, where)),
            self.shapes,
            _describe_place(node, target),
            self.arrays,
        )
        operator = target.removeprefix(ATEN).rsplit(".", 1)[0]
        if target.startswith(ATEN) and not self.stale.intersection(call.reads):
            known = fold_call(call, operator)
            if known is not None:
                self.arrays[f"%{call.outputs[0]}"] = StoredArray(known, trained=False)
                return
        try:
            self.operations += self._translate(call, operator)
        except NotImportedError as error:
            self.operations += [call.refuse(output, str(error)) for output in call.outputs]
        check_operation_count(len(self.operations))
        first = next(iter(_list_arguments(node, where)), ("", {}))[1].get("as_tensor")
        if isinstance(first, dict) and call.outputs:
            self._note_memory(take(first, "name", str, where), call, operator)

    def _translate(self, call: TorchCall, operator: str) -> list[Operation]:
        """The operations of a call; those with a known mask bring arrays along."""
        if operator.rstrip("_") != "masked_fill" or self.stale.intersection(call.reads):
            return _translate(call, operator, self.stale)
        with refuse_malformed():
            made, arrays = fill_masked(call)
        self.arrays |= {n: StoredArray(a, trained=False) for n, a in arrays.items()}
        return made

    def _note_memory(self, first: str, call: TorchCall, operator: str) -> None:
        """What a view shows, and what an operation in place changes."""
        owner = self.owners.get(first, first)
        if operator in VIEWS:
            self.owners |= dict.fromkeys(call.outputs, owner)
        if not operator.endswith("_") or operator.startswith("_"):
            return
        others = {owner, *(view for view, of in self.owners.items() if of == owner)} - {first}
        self.stale |= {self._meaning(name) for name in others}
        self.names[first] = f"%{call.outputs[0]}"
        self.owners[call.outputs[0]] = owner

    def _meaning(self, name: str) -> TorchName:
        return TorchName(self.names.get(name, f"%{name}"))

    def _argument(self, arg: dict[str, Any]) -> Any:
        """The value of an argument; OPEN for what is none of ours: a symbol, a device, a layout."""
        kind, value = next(iter(arg.items()), ("", None))
        if kind == "as_tensor":
            return self._meaning(take(value, "name", str, "a tensor"))
        if kind == "as_tensors" and isinstance(value, list):
            return tuple(self._meaning(take(v, "name", str, "a tensor")) for v in value)
        if kind in {"as_ints", "as_floats"} and isinstance(value, list):
            return tuple(value)
        if kind == "as_float" and isinstance(value, str):
            return NOT_FINITE.get(value, OPEN)
        if kind in {"as_int", "as_bool", "as_string", "as_float"}:
            return value
        return None if kind == "as_none" else OPEN

    def output(self, result: Chosen) -> str:
        """The output of the user that is asked for."""
        specs = take(self.program.signature, "output_specs", list, "the signature")
        wanted = [s["user_output"] for s in specs if isinstance(s, dict) and "user_output" in s]
        args = [take(w, "arg", dict, "the output") for w in wanted]
        # What is no tensor is counted, and refused when it is chosen.
        tensors = [a.get("as_tensor", {}) for a in args]
        names = [str(t.get("name", "")) if isinstance(t, dict) else "" for t in tensors]
        arg = args[choose_output(names, result)]
        found = self._meaning(take(take(arg, "as_tensor", dict, "the output"), "name", str, "it"))
        if found in self.stale:
            raise SymconvError("the output was changed in place through another view")
        return str(found)


NOT_FINITE = {"Infinity": math.inf, "-Infinity": -math.inf}
"""What JSON has no number for, as torch writes it."""

OPEN = object()
"""An argument that is no number, no word and no tensor."""


def _translate(call: TorchCall, operator: str, stale: set[str]) -> list[Operation]:
    """The operations that stand for a call."""
    if stale.intersection(call.reads):
        raise NotImportedError("it reads what was changed in place through another view")
    translation = OPERATORS.get(operator.rstrip("_"))
    if translation is None or not call.target.startswith(ATEN):
        raise NotImportedError("there is no layer for it")
    with refuse_malformed():
        return list(translation(call))


def _list_arguments(node: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for given in take(node, "inputs", list, where):
        yield take(given, "name", str, where), take(given, "arg", dict, where)


def _list_outputs(node: Any, where: str) -> Iterator[str]:
    """The names of the tensors that a node gives."""
    for output in take(node, "outputs", list, where):
        given = output if isinstance(output, dict) else {}
        several = given.get("as_tensors")
        found = several if isinstance(several, list) else [given.get("as_tensor")]
        yield from (take(one, "name", str, where) for one in found if one is not None)


def _describe_place(node: dict[str, Any], target: str) -> str:
    """Where a node stands: its name, its operator, and the module that called it."""
    metadata = node.get("metadata")
    stack = metadata.get("nn_module_stack") if isinstance(metadata, dict) else None
    path = stack.rsplit(";", 1)[-1].split(",") if isinstance(stack, str) else []
    module = path[1] if len(path) > 1 else ""
    name, operator = quote_name(node.get("name", "")), quote_name(target.removeprefix("torch.ops."))
    return f"{name} ({operator[1:-1]})" + (f" in {quote_name(module)}" if module else "")
