"""The tests that are written next to a generated module."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count

from sympy import Expr, Symbol

from symconv.codegen.python.identifiers import Identifiers
from symconv.codegen.python.module import Module
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.core.equation import class_counts, find_ignored_classes
from symconv.output.templates import render_template


def module_tests(  # noqa: PLR0913 - everything that the tests depend on, by name
    stem: str,
    module: Module,
    spec: ModuleSpec,
    names: Identifiers,
    sizes: Mapping[Symbol, int],
    *,
    along: bool = False,
    library: str = "",
    flags: tuple[str, ...] = (),
    templates: str = "numpy",
) -> str:
    """Central differences for every gradient, at the given sizes.

    `module` is tested, as it stands in the file `stem`. With `along` the gradients are tested along
    one direction in the space of all arrays: what takes long is called twice, not twice for every
    entry. `library` begins the names in the C file that the module calls, if it calls one, which is
    made with the `flags`. `templates` is the folder of the template.
    """
    forward, backward = spec.forward, spec.backward
    arrays = [*forward.given, *([backward.seed] if backward.seed else [])]
    shown = {s for t in arrays for n in t.shape for s in n.free_symbols}
    defined = {d.symbol for d in forward.sizes}
    pairs = zip(backward.wrt, backward.results, strict=True)
    classes = class_counts(backward.program.equations)
    ignored = find_ignored_classes(backward.program.equations)
    values = [names.tensors[e.key] for e in forward.equations]
    result = next(c for c in module.classes if c.name == "Forward")
    fields = [field.name for field in result.fields]
    return render_template(
        templates,
        "test_module.py.j2",
        module=stem,
        shapes=[(names.tensors[t.key], _shape(t.shape, sizes)) for t in arrays],
        labels=[
            (names.tensors[t.key], _shape((classes[t.key],), sizes)[0])
            for t in arrays
            if t.key in classes
        ],
        counted=[
            (names.tensors[k], next(c for c in count() if c not in some))
            for k, some in ignored.items()
        ],
        positive=[names.tensors[t.key] for t in arrays if t.positive],
        options=[(names.sizes[s], n) for s, n in sizes.items() if s not in shown | defined],
        gradients=[(names.tensors[t.key], names.tensors[g.key]) for t, g in pairs],
        seed=names.tensors[backward.seed.key] if backward.seed else "",
        output=names.tensors[forward.output],
        values=[] if fields == values else [v for v in values if v in result.attributes],
        workspace=module.takes("workspace"),
        steps=module.function("step") is not None,
        along=along,
        library=library,
        flags=" ".join(flags),
    )


def _shape(shape: tuple[Expr, ...], sizes: Mapping[Symbol, int]) -> tuple[int, ...]:
    return tuple(int(n.xreplace(dict(sizes))) for n in shape)
