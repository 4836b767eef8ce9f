"""The network as one operation of PyTorch, and as a module with parameters, from templates.

There are two operations. One is written on tensors, so that PyTorch can differentiate its backward
pass once more, and map both over samples. The other calls a C library of the same network: on the
CPU, and differentiable once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from textwrap import fill

from symconv.codegen.python.array_conversion import write_conversion
from symconv.codegen.python.helpers import load_helper
from symconv.codegen.python.identifiers import Identifiers
from symconv.codegen.python.layout import TAB, WIDTH, wrap_call
from symconv.codegen.python.long_lines import unpacking_targets, wrap_tuple, wrap_unpacking
from symconv.codegen.python.module import Code, Function, Helper, Module, Parameter
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.codegen.readable.prediction import BY_NAME
from symconv.core.equation import class_counts
from symconv.core.tensor import Tensor

TAB_OF_BLOCK = len(TAB)
"""By how much a statement moves to the left that stands in no branch."""

ANSWERS = "tuple[Array, ...]"


@dataclass(frozen=True)
class OperationWriter:
    """Writes the operations over the passes of a module."""

    module: Module
    spec: ModuleSpec
    names: Identifiers

    @cached_property
    def output(self) -> str:
        """The name of what the network computes."""
        return self.names.tensors[self.spec.forward.output]

    @cached_property
    def seed(self) -> str:
        """The name of the delta that comes from outside; empty where the network has a cost."""
        seed = self.spec.backward.seed
        return self.names.tensors[seed.key] if seed else ""

    @cached_property
    def passes(self) -> tuple[Function, Function]:
        """The functions `forward` and `backward`."""
        first, second = self.module.function("forward"), self.module.function("backward")
        if first is None or second is None:
            raise ValueError("a module has both passes")
        return first, second

    @cached_property
    def arrays(self) -> list[Tensor]:
        """What the caller gives: all that one of the passes takes."""
        taken = {p.name for f in self.passes for p in f.parameters}
        return [t for t in self.spec.forward.given if self.names.tensors[t.key] in taken]

    @cached_property
    def given(self) -> list[str]:
        """The names of these."""
        return [self.names.tensors[t.key] for t in self.arrays]

    @cached_property
    def sizes(self) -> list[str]:
        """Sizes that no array shows, which are passed by their names."""
        found = (p.name for f in self.passes for p in f.parameters if p.keyword_only)
        return list(dict.fromkeys(found))

    @cached_property
    def place(self) -> int:
        """Where the output stands among the values of the forward pass."""
        values = [f.name for c in self.module.classes if c.name == "Forward" for f in c.fields]
        return values.index(self.output)

    @cached_property
    def labels(self) -> frozenset[str]:
        """The keys of the arrays of class numbers."""
        return frozenset(class_counts(self.spec.forward.equations))

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The arrays as parameters of a function."""
        kinds = {True: "Labels", False: "Array"}
        pairs = zip(self.given, self.arrays, strict=True)
        return tuple(Parameter(name, kinds[t.key in self.labels]) for name, t in pairs)

    @cached_property
    def keywords(self) -> tuple[Parameter, ...]:
        """The sizes as parameters of a function."""
        return tuple(Parameter(name, "int", keyword_only=True) for name in self.sizes)

    def operation(self) -> Helper:
        """The operation on tensors, and the function that calls it."""
        count = sum(len(c.fields) for c in self.module.classes if c.name == "Forward")
        before = [f"*output[:{self.place}]"] if self.place else []
        after = [f"*output[{self.place + 1}:]"] if self.place + 1 < count else []
        first, second = self.passes
        again = self.module.takes("values")
        used = {p.name for f in (self.passes if again else (second,)) for p in f.parameters}
        kept = [*(n if n in used else "_" for n in self.given), "*kept" if again else "*_"]
        slope = f"slopes[{self.place}]"
        positional = [Parameter(name, "int") for name in self.sizes]
        nothing = ["None"] * len(self.sizes)
        return load_helper(
            "torch",
            "operation",
            output=self.output,
            signature=_signature("forward", (*self.parameters, *positional), ANSWERS, 1),
            values=_call("values", first, 2),
            others=", ".join([*before, *after]),
            count=len(self.given),
            saved=_lines(wrap_unpacking(kept, "ctx.saved_tensors", 2)),
            sizes=_lines(wrap_unpacking(self.sizes, "ctx.sizes", 2)) if self.sizes else "",
            **self._again(),
            found=_call("found", second, 2, {self.seed: slope}),
            answers=self._answers(
                "found.{}" if self.seed else f"{slope} * found.{{}}", [], nothing
            ),
            call_signature=_signature("network", (*self.parameters, *self.keywords), "Array", 0),
            prepared=self._prepared(),
            apply=_wrap("values = Derived.apply", [*self.given, *self.sizes], 1),
            place=self.place,
        )

    def operation_in_c(self) -> Helper:
        """The operation in C, and the function that calls it."""
        ctx, face, learns = (Parameter(n, "Any") for n in ("ctx", "face", "learns"))
        # Without a cost nothing is computed ahead, whoever waits for gradients.
        waits = [] if self.seed else ["torch.is_grad_enabled()"]
        front = (ctx, face, *([] if self.seed else [learns]))
        numbers = [
            n for n, t in zip(self.given, self.arrays, strict=True) if t.key not in self.labels
        ]
        numpys = [f'"{n}": {n}.detach().numpy()' for n in self.given]
        pairs = zip(self.spec.backward.wrt, self.spec.backward.results, strict=True)
        # Gradients by values inside, which somebody may ask for, have nobody who waits for them.
        results = [self.names.tensors[g.key] for t, g in pairs if t in self.arrays]
        kept = self.given if self.seed else [f"torch.as_tensor(gradients.{n})" for n in results]
        answer = "torch.as_tensor(found.{})" if self.seed else "slope * {}"
        return load_helper(
            "torch",
            "operation_in_c",
            output=self.output,
            seed=self.seed,
            like=numbers[0],
            signature=_signature("forward", (*front, *self.parameters), "Array", 1),
            arrays_by_name=_lines(wrap_tuple("arrays", numpys, 2, "{}")),
            saved=_wrap("ctx.save_for_backward", kept, 2),
            given_again=_lines(wrap_unpacking(self.given, "ctx.saved_tensors", 2)),
            gradients=_lines(wrap_unpacking(results, "ctx.saved_tensors", 2)) if results else "",
            answers=self._answers(answer, ["None"] * (len(front) - 1), []),
            call_signature=_signature("network_in_c", (face, *self.parameters), "Array", 0),
            prepared=self._prepared(),
            apply=_wrap("return DerivedInC.apply", [face.name, *waits, *self.given], 1),
        )

    def network_module(self, predict: Function | None) -> Helper:
        """The module with the parameters, over the function `predict` if there is one."""
        trained = [t for t in self.spec.forward.given if t.role == "parameter"]
        held = {self.names.tensors[t.key] for t in trained}
        known = {t.key for t in self.spec.backward.wrt}
        frozen = [self.names.tensors[t.key] for t in trained if t.key not in known]
        quoted = [f'"{name}"' for name in frozen]
        words = f"No gradient is derived by {', '.join(frozen)}."
        passed = [f"self.{n}" if n in held else n for n in self.given]
        others = [p for p in self.parameters if p.name not in held]
        keywords = [f"{n}={n}" for n in self.sizes]
        return load_helper(
            "torch",
            "network_module",
            output=self.output,
            trained=" ".join(self.names.tensors[t.key] for t in trained),
            frozen=_lines(wrap_tuple("frozen", quoted, 2)) if frozen else "",
            frozen_words=fill(words, WIDTH, initial_indent=TAB, subsequent_indent=TAB),
            drawn=all(n.is_Integer for t in trained for n in t.shape),
            signature=_signature(
                "forward", (Parameter("self"), *others, *self.keywords), "Array", 1
            ),
            in_c=_wrap("return network_in_c", ["self.face", *passed], 3),
            plain=_wrap("return network", [*passed, *keywords], 2),
            **_write_prediction(predict),
        )

    def refusal(self) -> Helper:
        """What refuses to wait for a gradient that nobody derives."""
        return load_helper("torch", "refuse_gradient")

    def _again(self) -> dict[str, str]:
        """The values where a graph of the backward pass is asked for, and where none is."""
        lines = _call("values", self.passes[0], 3)
        if not self.module.takes("values"):
            return {"again_in_one_line": "", "values_again": ""}
        short = f"{lines[TAB_OF_BLOCK:]} if torch.is_grad_enabled() else Forward(*kept)"
        fits = len(short) <= WIDTH and "\n" not in lines
        return {"again_in_one_line": short if fits else "", "values_again": lines}

    def _answers(self, answer: str, front: list[str], end: list[str]) -> str:
        """`return slope * found.dw, None`: an answer for every array that has a gradient."""
        backward, names = self.spec.backward, self.names.tensors
        made = {
            t.key: answer.format(names[g.key])
            for t, g in zip(backward.wrt, backward.results, strict=True)
        }
        listed = [*front, *(made.get(t.key, "None") for t in self.arrays), *end]
        flat = f"{TAB * 2}return {unpacking_targets(listed)}"
        if len(flat) <= WIDTH:
            return flat
        rows = (f"{TAB * 3}{answer}," for answer in listed)
        return "\n".join([f"{TAB * 2}return (", *rows, f"{TAB * 2})"])

    def _prepared(self) -> str:
        """The arrays as tensors; one that has no gradient must not wait for one."""
        names = self.names.tensors
        body = write_conversion(self.arrays, names, self.labels, asarray="torch.as_tensor")
        known = {t.key for t in self.spec.backward.wrt} | self.labels
        checked = [names[t.key] for t in self.arrays if t.key not in known]
        return "\n".join(
            [*map(_lines, body), *(f'{TAB}refuse_gradient("{n}", {n})' for n in checked)]
        )


def _write_prediction(predict: Function | None) -> dict[str, str]:
    """The signature of `predict` and its call; nothing where the network predicts nothing."""
    if predict is None:
        return dict.fromkeys(("predict", "predict_in_c", "predict_signature"), "")
    given = tuple(p for p in predict.parameters if p != BY_NAME)
    known = {BY_NAME.name: "dict(self.named_parameters())"}
    # A library in C has no open sizes but that of the batch, which its arrays show.
    numpys = [f"torch.as_tensor({p.name}).detach().numpy()" for p in given if not p.keyword_only]
    return {
        "predict_in_c": _wrap("found = self.face.predict", [*numpys, "parameters=parameters"], 4),
        "predict": _call("return", predict, 3, known),
        "predict_signature": _signature("predict", (Parameter("self"), *given), "Array", 1),
    }


def _lines(code: Code) -> str:
    return "\n".join(code.lines)


def _wrap(head: str, arguments: list[str], indent: int) -> str:
    return "\n".join(wrap_call(head, arguments, "", indent))


def _signature(name: str, given: tuple[Parameter, ...], result: str, depth: int) -> str:
    """The lines of a function down to the colon."""
    return Function(name, given, "", (), result, frozenset(), frozenset(), depth=depth).signature


def _call(target: str, made: Function, indent: int, known: Mapping[str, str] | None = None) -> str:
    """`target = made(x, w, s=s)`, or `return made(...)`; `known` are arguments by parameters."""
    known = known or {}
    arguments = [
        f"{p.name}={known.get(p.name, p.name)}" if p.keyword_only else known.get(p.name, p.name)
        for p in made.parameters
    ]
    head = f"return {made.name}" if target == "return" else f"{target} = {made.name}"
    return _wrap(head, arguments, indent)
