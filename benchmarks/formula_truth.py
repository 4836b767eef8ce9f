"""Whether an equation is true of a network: both sides in numbers, at many sizes and values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random

import numpy as np
from formula_families import Family
from formula_networks import RANGES, SMALL, Hint, Template, Values, draw_sizes, run
from formulas import (
    AmbiguousError,
    Entry,
    Evaluation,
    Formula,
    Name,
    Number,
    Slope,
    Total,
    as_formula,
    free_names,
    put,
)

RATE = 0.37
"""The learning rate of updates; any number would do."""

MOST_POINTS = 250
"""At how many values of the free indices the sides are compared."""

CLEAR = 1e-6
"""Above which difference, relative to the sides, an equation is false: far above rounding."""

DRAWS = 8
"""At how many draws of numbers an equation has to hold to count as true, hints not counted."""


@dataclass(frozen=True)
class Witness:
    """Numbers for which the sides differ."""

    sizes: Mapping[str, int]
    seed: int
    point: Mapping[str, int]
    left: float
    right: float

    def __str__(self) -> str:
        sizes = ", ".join(f"{k}={v}" for k, v in sorted(self.sizes.items()))
        point = ", ".join(f"{k}={v}" for k, v in sorted(self.point.items()))
        return f"[{sizes}] seed {self.seed} at ({point}): {self.left:.9g} and {self.right:.9g}"


def with_numbers(formula: Formula, sizes: Mapping[str, int]) -> Formula:
    """The formula with numbers in place of its sizes."""
    for name, value in sizes.items():
        formula = put(formula, name, as_formula(value))
    return formula


def output_sizes(template: Template, values: Values) -> dict[str, int]:
    """H_z, W_z, H_p, W_p: the extents of what slides over an image."""
    found = {}
    for tensor in ("z", "p"):
        shape = np.shape(values[tensor]) if tensor in values.tensors else ()
        if "H" in template.sizes and len(shape) in {1, 2, 4}:
            space = shape if len(shape) < 3 else shape[2:]
            found |= {f"{n}_{tensor}": extent for n, extent in zip("HW", space, strict=False)}
    return found


def bare_uses(formula: Formula) -> Iterator[tuple[str, str, int]]:
    """The names that stand alone as an index: name, tensor, axis."""
    for node in formula.walk():
        key, indices = "", ()
        if isinstance(node, Entry):
            key, indices = node.tensor, node.indices
        for axis, index in enumerate(indices):
            if isinstance(index, Name):
                yield index.name, key, axis


def free_extents(left: Formula, right: Formula, values: Values, known: set[str]) -> dict[str, int]:
    """The ranges of the free indices: what they count, on the left before the right."""
    found: dict[str, int] = {}
    for side in (left, right):
        wanted = free_names(side) - known - set(found)
        for name, tensor, axis in bare_uses(side):
            array = values[tensor]
            if name in wanted and axis < array.ndim:
                # An index of two axes counts as far as both of them go.
                found[name] = min(found.get(name, array.shape[axis]), array.shape[axis])
        if wanted - set(found):
            raise AmbiguousError(f"no range for {wanted - set(found)}")
    return found


def compare(
    family: Family, right: Formula, sizes: Mapping[str, int], seed: int, hints: tuple[Hint, ...]
) -> Witness | None:
    """Where the sides differ most in one run; None where they agree."""
    values = run(family.template, tuple(sorted(sizes.items())), seed, hints)
    known = {**sizes, **output_sizes(family.template, values), "eta": RATE}
    extents = free_extents(family.left, right, values, set(known))
    random, count = np.random.default_rng(seed), int(np.prod(list(extents.values()) or [1]))
    if count <= MOST_POINTS:
        places = np.stack(np.unravel_index(np.arange(count), tuple(extents.values()) or (1,)))
    else:
        drawn = [random.integers(0, e, MOST_POINTS) for e in extents.values()]
        ends = random.integers(0, 4, (len(extents), MOST_POINTS))
        last = np.array(list(extents.values()))[:, None] - 1
        places = np.where(ends == 0, 0, np.where(ends == 1, last, np.stack(drawn)))
    indices = {name: row.astype(float) for name, row in zip(extents, places, strict=False)}
    a = Evaluation(values, known, indices).worth(family.left)
    if family.sign == "<-":
        assert isinstance(family.left, Entry)
        gradient = replace(family.left, tensor=f"dE/d{family.left.tensor}")
        a = a - RATE * Evaluation(values, known, indices).worth(gradient)
    b = Evaluation(values, known, indices).worth(right)
    a, b = np.broadcast_arrays(a, b)
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise AmbiguousError("no finite value")
    apart = np.abs(a - b) / np.maximum(1, np.maximum(np.abs(a), np.abs(b)))
    worst = int(np.argmax(apart))
    if apart.reshape(-1)[worst] < CLEAR:
        return None
    point = {name: int(row[worst]) for name, row in indices.items()} if np.ndim(a) else {}
    return Witness(known, seed, point, float(a.reshape(-1)[worst]), float(b.reshape(-1)[worst]))


def largest_number(formula: Formula) -> int:
    """The largest whole number of a formula: sizes have to go beyond it once."""
    numbers = [abs(x.value) for x in formula.walk() if isinstance(x, Number)]
    return int(max(numbers, default=0))  # type: ignore[call-overload]


def size_plans(
    template: Template, numbers: Mapping[str, int] | None, right: Formula, random: Random
) -> Iterator[Mapping[str, int]]:
    """Sizes at which an equation is compared, without end."""
    if numbers is not None:
        while True:
            yield numbers
    beyond = largest_number(right)
    while True:
        yield draw_sizes(template, random, RANGES)
        if beyond >= 4:
            large = random.choice(template.sizes)
            sizes = {**draw_sizes(template, random, SMALL), large: beyond + random.randint(2, 4)}
            for image, kernel in (("H", "A"), ("W", "B")):
                # A window has to fit into the image.
                reach = sizes.get("D", 1) * (sizes.get(kernel, 1) - 1) + random.randint(3, 5)
                if image in sizes:
                    sizes[image] = max(sizes[image], reach)
            yield sizes


def find_witness(  # noqa: PLR0913
    family: Family,
    right: Formula,
    numbers: Mapping[str, int] | None,
    random: Random,
    *,
    hints: tuple[Hint, ...] = (),
    draws: int = DRAWS,
) -> Witness | None:
    """Numbers that make the equation false; None where none were found.

    AmbiguousError where a value is not defined.
    """
    beyond = largest_number(right)
    more = draws + (4 * len(family.template.sizes) if beyond >= 4 and numbers is None else 0)
    plans = size_plans(family.template, numbers, right, random)
    for seed in range(more):
        try:
            found = compare(family, right, next(plans), seed, hints if seed % 2 == 0 else ())
        except RuntimeError:
            # PyTorch refuses sizes that leave no output, as a padding beyond a transposed window.
            continue
        if found is not None:
            return found
    return None


def is_clear(formula: Formula) -> bool:
    """Whether no index is bound twice, which readers may mix up."""
    names = [x.index for x in formula.walk() if isinstance(x, Total)]
    return len(names) == len(set(names)) and not set(names) & free_names(formula)


__all__ = ["Slope", "Witness", "find_witness", "is_clear", "with_numbers"]
