"""What a page knows of a network and of a claim, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from symconv.core.equation import Program, class_counts
from symconv.core.errors import SymconvError
from symconv.core.tensor import Tensor
from symconv.notation.presets import entry_name, entry_subscript
from symconv.render.formula.glyphs import GREEK
from symconv.schemas import FORMATS
from symconv.trace.data import number_text
from symconv.trace.input_tables import build_tables

from .code_lines import find_code_lines
from .index_maps import write_index_map
from .tape import OperationTape, list_tape_tensors, record_tape

if TYPE_CHECKING:
    from symconv.api import Network
    from symconv.claims.model.verdict import Verdict

TRACE = "symconv trace NETWORK --values FILE works it out"
ALWAYS = {"first", "subscripts", "reads"}


def collect_page_data(
    network: Network, claim: str | None = None, values: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The tensors, the tape of both passes, the equations, and the verdict on a claim.

    A network that is too large to be drawn by its entries is folded: its tensors have none here.
    SymconvError where a size is open.
    """
    free = sorted(str(s) for s in network.program.free_sizes)
    if free:
        raise SymconvError(
            f"a page needs numbers for the sizes {', '.join(free)}",
            help="write them into the network text: input x 6x6 | conv w 3x3 | ...",
        )
    passes = network.backward()
    tape = record_what_fits(passes.program)
    numbers = network.module_spec.numbers
    titles = {e.key: e.title for e in network.program.equations}
    reads = {e.key: e.reads for e in network.program.equations}
    tensors = [
        _describe_tensor(tensor, first, tape, network)
        | {"title": titles.get(tensor.key, ""), "number": numbers.get(tensor.key, "")}
        | {"reads": [t.key for t in network.program.in_order(reads.get(tensor.key, ()))]}
        for tensor, first in list_tape_tensors(passes.program, tape)
    ]
    data: dict[str, Any] = {
        "format": FORMATS["page"],
        "title": network.title,
        "notation": network.notation.name,
        "cost": passes.cost.key,
        # What is empty is left out: half of the bytes of a small network.
        "tensors": [{k: v for k, v in t.items() if v or k in ALWAYS} for t in tensors],
        # The first operations are the leaves, one an entry: the page knows them.
        "tape": [list(o) for o in tape.operations if o[0] != "leaf"],
        "folded": not tape.operations,
        "maps": [] if tape.operations else list_index_maps(passes.program),
        "code": find_code_lines(network.numpy_source()),
    }
    if values is not None:
        data["numbers"] = list_given_numbers(passes.program, tape, values)
    if claim is not None:
        data["claim"] = describe_claim(network, tape, claim, values)
    return data


def record_what_fits(program: Program) -> OperationTape:
    """The tape of both passes; an empty one where it would be too long for a page."""
    try:
        return record_tape(program)
    except SymconvError:
        return OperationTape((), {t.key: () for t in program.tensors}, {})


def _describe_tensor(
    tensor: Tensor, first: int, tape: OperationTape, network: Network
) -> dict[str, Any]:
    """How a tensor is called and shaped; what it is the derivative of; where it is computed."""
    places, name = tape.entries[tensor.key], tensor.name
    plain = network.program.by_key.get(name.plain.key, tensor)
    found: dict[str, Any] = {
        "key": tensor.key,
        "role": tensor.role,
        "letter": GREEK.get(name.letter, name.letter),
        "layer": "" if name.layer is None else str(name.layer),
        "shape": [int(n) for n in tensor.shape],
        "first": first,
        "of": name.plain.key if name.kind else "",
        "subscripts": [entry_subscript(plain, p, network.notation) for p in places],
    }
    if tensor.key in (classes := class_counts(network.program.equations)):
        found["classes"] = int(classes[tensor.key])
    if len(tensor.shape) > 2:
        found["axes"] = name_axes(tensor)
    if tensor.key in tape.results:
        found["results"] = list(tape.results[tensor.key])
    return found


def name_axes(tensor: Tensor) -> list[str]:
    """What each axis of a tensor counts, such as channels and rows; [] where that is not known."""
    if tensor.space is None:
        return []
    count, space = len(tensor.shape), tensor.space
    lead = count - tensor.batch - space
    kinds = ("filter", "channel") if tensor.role == "parameter" else ("channel",)
    inner = [*["axis"] * (lead - len(kinds)), *kinds[-lead:]] if lead else []
    sides = ["depth", "row", "column"][-space:] if space else []
    return [*["sample"] * tensor.batch, *inner, *["axis"] * (space - len(sides)), *sides]


def list_index_maps(program: Program) -> list[dict[str, Any]]:
    """Every equation of both passes whose indices can be evaluated on a page."""
    found = []
    for equation in program.equations:
        with suppress(SymconvError):
            found.append(write_index_map(equation))
    return found


def list_given_numbers(
    program: Program, tape: OperationTape, values: Mapping[str, Any]
) -> list[str | None]:
    """The number of every entry that is given, as text that loses nothing; None for the others.

    SymconvError where they do not fit, or where an input, weight or target has none.
    """
    if not tape.operations:
        raise SymconvError("the network is too large to be worked out on a page", help=TRACE)
    tables, _ = build_tables(values, program, {})
    found: list[str | None] = []
    for tensor, _ in list_tape_tensors(program, tape):
        table = {} if tensor.key in tape.results else tables.get(tensor.key)
        if table is None:
            raise SymconvError(f"the values lack '{tensor.key}'", help="a page needs all of them")
        found += [number_text(table[p]) if table else None for p in tape.entries[tensor.key]]
    return found


def describe_claim(
    network: Network, tape: OperationTape, claim: str, values: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The verdict, with the entries of its products by their numbers on the page."""
    verdict = network.check(claim, values=values)
    return verdict.data() | list_claim_entries(network, verdict, tape)


def list_claim_entries(
    network: Network, verdict: Verdict, tape: OperationTape | None = None
) -> dict[str, Any]:
    """What a claim is about and the entries of its products, by their numbers on the page.

    `tape` is that of the network's page, where it is known. Nothing is drawn of open sizes.
    """
    numbers: dict[str, int] = {}
    if not network.program.free_sizes:
        program = network.backward().program
        numbers = number_entries(program, tape or record_what_fits(program), network)
    products = {"spurious": verdict.spurious_factors, "missing": verdict.missing_factors}
    drawn = {
        f"{kind}_entries": [[numbers[n] for n in names if n in numbers] for names in factors]
        for kind, factors in products.items()
    }
    # A statement that differentiates by nothing is about what stands on its left.
    about = verdict.of or verdict.text.partition("=")[0].strip()
    return drawn | {"entry": numbers.get(about, -1)}


def number_entries(program: Program, tape: OperationTape, network: Network) -> dict[str, int]:
    """The number on the tape of every entry, by its name in the network's notation."""
    found: dict[str, int] = {}
    for tensor, first in list_tape_tensors(program, tape):
        for n, place in enumerate(tape.entries[tensor.key]):
            found.setdefault(entry_name(tensor, place, network.notation), first + n)
    return found
