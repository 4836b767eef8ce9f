"""What a change of symconv changes: numbers of networks, in every style, and derivations."""

from __future__ import annotations

import hashlib
import importlib
import multiprocessing
import pickle
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import sympy  # noqa: F401 - loaded once, before the processes part
from mutant_networks import FORMS, SIZES, WIDE
from mutant_tests import PATIENCE
from mutation import Mutant

STYLES = ("readable", "loops", "fast")

TOLERANCE = 1e-7
"""How far two numbers may be apart, relatively: an order of additions changes the last digits."""

SLOWER = 8
"""How many times longer than without a change the networks may take: a hang is a change, too.

It is processor time that is compared; by the clock they have `PATIENCE` times as long.
"""

Numbers = dict[str, Any]

WAYS = {
    "symconv/codegen/fast": ("fast",),
    "symconv/codegen/loops": ("loops",),
    "symconv/codegen/c": (),
    "symconv/codegen": ("readable", "loops", "fast"),
    "symconv/lower": ("readable", "fast"),
    "symconv/structure": ("text",),
    "symconv/core": ("readable", "fast", "text"),
    "symconv/semantics": ("readable", "fast", "text"),
    "symconv": ("readable", "text"),
    "templates/text": ("text",),
    "templates/numpy_loops": ("loops",),
    "templates/c": (),
    "templates": ("readable", "loops", "fast"),
}
"""What of a network a folder can change; a file belongs to the longest name that fits.

All styles are written from the same equations: where a rule or a layer changes one of them, the
readable module or the derivation does, too. What is written in C is compiled by its tests alone.
"""


@dataclass
class Baseline:
    """What the networks are worth without a change.

    `numbers` and `texts` are by network, `reached` the functions (file and first line) and the
    templates that each one enters, `seconds` how long each takes.
    """

    numbers: dict[str, Numbers] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    reached: dict[str, frozenset[tuple[str, int]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def networks(self, mutant: Mutant, networks: Sequence[str]) -> list[str]:
        """The networks that enter the function of a change, the quickest first."""
        where = (mutant.file, mutant.function)
        found = [n for n in networks if where in self.reached[n] or not self._told(mutant)]
        return sorted(found, key=self.seconds.__getitem__)

    @staticmethod
    def _told(mutant: Mutant) -> bool:
        """Whether it can be told who enters: a template, or a function."""
        return mutant.file.startswith("templates") or mutant.function > 0


def measure_baseline(copy: Path, networks: Sequence[str], file: Path) -> Baseline:
    """The numbers of the networks, each in a process of its own; from the file, if it is there."""
    state = hashlib.sha256(f"{networks} {FORMS} {SIZES}".encode())
    for path in sorted((*copy.glob("symconv/**/*.py"), *copy.glob("templates/**/*.j2"))):
        state.update(path.read_bytes())
    stamp = state.hexdigest()
    if file.exists():
        found, known = pickle.loads(file.read_bytes())  # noqa: S301 - written below
        if found == stamp:
            return known
    made = Baseline()
    for text in networks:
        began = time.monotonic()
        answer = in_child(_measure, (copy, text), 600)
        if isinstance(answer, str):
            raise SystemExit(f"{text}: {answer}")
        made.numbers[text], made.texts[text], made.reached[text], made.seconds[text] = answer
        print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)
    file.write_bytes(pickle.dumps((stamp, made)))
    return made


def find_change(
    mutant: Mutant, copy: Path, networks: Sequence[str], baseline: Baseline
) -> tuple[str, str, str]:
    """What a change changes, in which network, and whether `verify` notices it there.

    It changes a "number", makes an "error", changes a "derivation", or nothing.
    """
    reached = baseline.networks(mutant, networks)
    if not reached:
        return "", "", ""
    limit = SLOWER * sum(baseline.seconds[n] for n in reached) + 30
    ways = WAYS[max((f for f in WAYS if mutant.file.startswith(f"{f}/")), key=len)]
    answer = in_child(_compare, (copy, reached, baseline, ways), limit)
    return ("error", reached[0], "") if isinstance(answer, str) else answer


def in_child(function: Callable[..., Any], given: tuple[Any, ...], limit: float) -> Any:
    """What a function answers in a process of its own; a text where it does not come back."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_answer, args=(there, function, given, int(limit) + 1))
    child.start()
    there.close()
    try:
        answer = here.recv() if here.poll(PATIENCE * limit) else f"no end after {limit:.0f} s"
    except EOFError:
        answer = "the process died"
    if child.is_alive():
        child.kill()
    child.join()
    return answer


def _answer(pipe: Any, function: Callable[..., Any], given: tuple[Any, ...], limit: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    try:
        pipe.send(function(*given))
    except Exception as error:  # noqa: BLE001 - whatever a change brings about
        pipe.send(f"{type(error).__name__}: {error}")


def _open(copy: Path) -> Any:
    """symconv's networks as they are in the copy."""
    for name in [n for n in sys.modules if n.split(".")[0] == "symconv"]:
        del sys.modules[name]  # the process that this one comes from may have loaded them
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(copy))
    return importlib.import_module("symconv.api").Network


def _measure(copy: Path, text: str) -> tuple[Numbers, str, frozenset[tuple[str, int]], float]:
    """Numbers, derivation, what is entered, and the seconds."""
    entered = set[tuple[str, int]]()
    root, load = f"{copy}/", jinja2.FileSystemLoader.get_source

    def get_source(self: Any, environment: Any, template: str) -> Any:
        found = load(self, environment, template)
        entered.add((str(found[1]).removeprefix(root), 0))
        return found

    def note(frame: Any, event: str, _: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(root):
            entered.add((code.co_filename.removeprefix(root), code.co_firstlineno))

    jinja2.FileSystemLoader.get_source = get_source  # type: ignore[method-assign]
    network_class = _open(copy)
    began = time.process_time()
    sys.settrace(note)
    try:
        numbers = compute_numbers(network_class, text)
        derivation = write_derivation(network_class, text)
    finally:
        sys.settrace(None)
    return numbers, derivation, frozenset(entered), time.process_time() - began


def _compare(
    copy: Path, networks: Sequence[str], baseline: Baseline, ways: tuple[str, ...]
) -> tuple[str, str, str]:
    """The first network that differs: its numbers first, then its derivation."""
    try:
        network_class = _open(copy)
    except Exception as error:  # noqa: BLE001 - whatever a change brings about
        return "error", "", f"verify: {type(error).__name__} at the import"
    for text in networks if ways != ("text",) else ():
        try:
            right = _part(baseline.numbers[text], text, ways)
            same = agree(compute_numbers(network_class, text, ways), right)
        except Exception as error:  # noqa: BLE001 - whatever a change brings about
            return "error", text, f"verify: {type(error).__name__}: {str(error)[:100]}"
        if not same:
            return "number", text, ask_verify(network_class, text, ways)
    for text in networks if "text" in ways else ():
        try:
            same = write_derivation(network_class, text) == baseline.texts[text]
        except Exception as error:  # noqa: BLE001 - whatever a change brings about
            return "error", text, f"verify: {type(error).__name__}: {str(error)[:100]}"
        if not same:
            return "derivation", text, ask_verify(network_class, text, ways)
    return "", "", ""


def _part(numbers: Numbers, text: str, ways: tuple[str, ...]) -> Numbers:
    """The numbers of some ways to write a network."""
    names = {way for way, *_ in list_ways(text, ways)}
    return {key: v for key, v in numbers.items() if key.split()[0] in names}


def compute_numbers(network_class: Any, text: str, ways: tuple[str, ...] = STYLES) -> Numbers:
    """Every value and every gradient, by style and name; the fast style also with a workspace.

    Its `step` runs in two threads, where the batch splits.
    """
    network, found = network_class.parse(text), Numbers()
    backward = network.backward()
    given = [t for t in network.program.tensors if network.program.equation(t.key) is None]
    seeds = [backward.seed] if backward.seed is not None else []
    for way, style, overrides in list_ways(text, ways):
        compiled = network.compile(style, **overrides)
        arrays = {compiled.arrays[t.key]: draw_array(t, text) for t in given}
        arrays |= {n: SIZES[n] for n in size_parameters(compiled)}
        outside = {compiled.arrays[t.key]: draw_array(t, text) for t in seeds}
        for name, more in (("", {}), (" workspace", {"workspace": {}})):
            if more and not takes_workspace(compiled):
                continue
            for turn in range(1 + bool(more)):
                values = compiled.forward(**arrays, **more)
                gradients = compiled.backward(**arrays, **outside, values=values, **more)
                answers = read(values, compiled.arrays) | read(gradients, compiled.arrays)
                found |= {f"{way}{name} {turn} {k}": v for k, v in answers.items()}
        if hasattr(compiled.module, "LEAST_PART"):
            compiled.module.LEAST_PART = 1
            answer = compiled.step(**arrays, **outside, threads=2)
            gradients = read(getattr(answer, "gradients", answer), compiled.arrays)
            found |= {f"{way} step {k}": v for k, v in gradients.items()}
    return found


def list_ways(
    text: str, ways: tuple[str, ...] = STYLES
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The ways to write a network: styles, and algorithms that the plan is overruled with."""
    for style in (s for s in STYLES if s in ways):
        yield style, style, {}
    for form in FORMS.get(text, ()) if "fast" in ways else ():
        yield form, "fast", {"forms": dict.fromkeys(("z", "gradient w", "gradient x"), form)}


def size_parameters(compiled: Any) -> Iterator[str]:
    """The parameters that are sizes, such as strides."""
    wanted = {*signature_names(compiled.module.forward), *signature_names(compiled.module.backward)}
    return (n for n in SIZES if n in wanted and n not in compiled.arrays.values())


def signature_names(function: Any) -> tuple[str, ...]:
    """The names of the parameters of a function."""
    code = function.__code__
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def takes_workspace(compiled: Any) -> bool:
    """Whether both passes know a workspace."""
    passes = (compiled.module.forward, compiled.module.backward)
    return any("workspace" in signature_names(f) for f in passes)


def read(answer: Any, names: Mapping[str, str]) -> Numbers:
    """The arrays that are answered, by the key of their tensor."""
    found = {k: getattr(answer, n, None) for k, n in names.items()}
    return {k: np.array(v, dtype=float) for k, v in found.items() if v is not None}


def draw_array(tensor: Any, text: str) -> Any:
    """Random numbers for a tensor; class numbers for labels, probabilities where they are meant."""
    symbols = {s: SIZES[str(s)] for n in tensor.shape for s in n.free_symbols if str(s) in SIZES}
    if any(s not in symbols for n in tensor.shape for s in n.free_symbols):
        symbols |= derived_sizes(text, symbols)
    shape = [int(n.subs(symbols)) for n in tensor.shape]
    made = np.random.default_rng(random.Random(f"{tensor.key} {text}").getrandbits(64))  # noqa: S311
    if tensor.role == "target" and "labels" in text:
        return made.integers(0, 3, size=shape)
    spread = made.uniform(0.1, 0.9, size=shape)
    return spread if " bce" in text else 2 * spread - 1.05


def derived_sizes(text: str, symbols: Mapping[Any, int]) -> dict[Any, int]:
    """The sizes that a network defines, such as H_z, from its own definitions."""
    network = importlib.import_module("symconv.api").Network.parse(text)
    found = {}
    for definition in network.program.sizes:
        known = {s: SIZES[str(s)] for s in (definition.numerator + definition.stride).free_symbols}
        room, stride = (int(e.subs(known)) for e in (definition.numerator, definition.stride))
        found[definition.symbol] = room // stride + 1
    return {s: n for s, n in found.items() if s not in symbols}


def write_derivation(network_class: Any, text: str) -> str:
    """The derivation of everything, as text; none where it takes long."""
    return "" if text in WIDE else str(network_class.parse(text).derivation().text())


def agree(found: Numbers, right: Numbers) -> bool:
    """Whether two networks have the same arrays, to rounding."""
    return found.keys() == right.keys() and all(
        v.shape == right[k].shape
        and np.allclose(v, right[k], rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)
        for k, v in found.items()
    )


def ask_verify(network_class: Any, text: str, ways: tuple[str, ...]) -> str:
    """The first check that fails in any of the styles, or nothing."""
    ways = tuple(w for w in ways if w in STYLES) or ("readable",)
    for way, style, overrides in list_ways(text, ways):
        try:
            checks = network_class.parse(text).verify(style, draws=2, **overrides)
        except Exception as error:  # noqa: BLE001 - whatever a change brings about
            return f"verify: {type(error).__name__}: {str(error)[:100]}"
        failed = [c for c in checks if not c.passed]
        if failed:
            return f"verify {way}: {failed[0].name}"
    return ""
