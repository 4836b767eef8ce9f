"""The first statements of a function: its arrays brought to one type of floats.

One rule in every style: arrays and lists of numbers are taken, in NumPy's common type of them;
whole numbers alone become float64. What holds no real numbers is refused by name (`as_floats`).
Class numbers stay whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sympy import Expr

from symconv.core.tensor import Tensor

from .layout import TAB, WIDTH, wrap_call
from .long_lines import shape_literal, unpacking_targets
from .module import Code, make_code
from .sizes import SizePrinter

AXES = "check_axes"
"""The helper function that refuses an array with another number of axes."""

CONVERSION = "as_floats"
"""The helper function of generated modules that converts; a template in every style."""


def write_conversion(
    arrays: Iterable[Tensor],
    names: Mapping[str, str],
    labels: Collection[str],
    indent: int = 1,
    asarray: str = "np.asarray",
) -> list[Code]:
    """The statements that convert the arrays of a function; `labels` are keys of class numbers.

    `asarray` is the function that makes an array of these.
    """
    given = list(arrays)
    numbers = [names[t.key] for t in given if t.key not in labels]
    margin = TAB * indent
    whole = [
        f"{margin}{n} = {asarray}({n})" for n in (names[t.key] for t in given if t.key in labels)
    ]
    found = [make_code(_convert_all(numbers, indent))] if numbers else []
    return [*found, *(make_code([line]) for line in whole)]


def write_axes_check(name: str, shape: Iterable[Expr], size: SizePrinter) -> Code:
    """`check_axes("x", x, "N, C, H")`, before sizes are read from a shape; `size` prints them."""
    axes = [size(n) for n in shape]
    words = f"{axes[0]}," if len(axes) == 1 else ", ".join(axes)
    return make_code(wrap_call(AXES, [f'"{name}"', name, f'"{words}"'], "", 1))


def _convert_all(names: list[str], indent: int) -> list[str]:
    """`x, w = as_floats(x=x, w=w)`, on as many lines as it needs."""
    arguments, margin = [f"{n}={n}" for n in names], TAB * indent
    head = f"{unpacking_targets(names)} = {CONVERSION}"
    if len(f"{margin}{head}(") <= WIDTH:
        return wrap_call(head, arguments, "", indent)
    targets = [f"{margin}{TAB}{n}," for n in names]
    return [f"{margin}(", *targets, *wrap_call(f") = {CONVERSION}", arguments, "", indent)]


def convert_where_needed(
    arrays: Iterable[Tensor], names: Mapping[str, str], labels: Collection[str], fits: str
) -> list[Code]:
    """The conversion and the checks of shapes, behind one test that arrays as they should be pass.

    For functions that take hardly longer than a call: `fits` is the name of a local. The shapes are
    numbers. Nothing where no array is passed.
    """
    given = list(arrays)
    if not given:
        return []
    kinds = [f"{names[t.key]}.dtype" for t in given if t.key not in labels]
    tests = [" is ".join(kinds)] if len(kinds) > 1 else []
    tests += [f'{kinds[-1]}.kind == "f"'] if kinds else []
    tests += [f"{names[t.key]}.shape == {shape_literal(t)}" for t in given]
    flat = f"{TAB}{fits} = {' and '.join(tests)}"
    rest = (f"{TAB * 2}and {t}" for t in tests[1:])
    split = [f"{TAB}{fits} = (", f"{TAB * 2}{tests[0]}", *rest, f"{TAB})"]
    lines = [flat] if len(flat) <= WIDTH else split
    checks = [
        wrap_call("check_shape", [f'"{names[t.key]}"', names[t.key], shape_literal(t)], "", 2)
        for t in given
    ]
    return [
        *(make_code([f"{TAB}{n} = np.asarray({n})"]) for n in (names[t.key] for t in given)),
        make_code(lines),
        make_code([f"{TAB}if not {fits}:"], "branch"),
        *write_conversion(given, names, labels, 2),
        *map(make_code, checks),
    ]
