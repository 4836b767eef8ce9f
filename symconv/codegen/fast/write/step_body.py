"""The statements of a `step`: both passes on every part of the batch, then the parts together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symconv.codegen.python.array_conversion import AXES, CONVERSION
from symconv.codegen.python.layout import TAB, WIDTH, wrap_call
from symconv.codegen.python.long_lines import unpacking_targets, wrap_tuple, wrap_unpacking
from symconv.codegen.python.module import BLANK, Code, CodeKind, make_code

LOCALS = (
    "buffers", "costs", "dtype", "futures", "gradients", "k", "part", "partials", "results",
    "run_part", "samples", "sums", "threads", "weight", "whole", "workspaces",
)  # fmt: skip


@dataclass(frozen=True)
class StepBody:
    """Writes the statements.

    `words` are the local names, `passes` the parameters of the forward and of the backward pass,
    `given` the arrays that both take together, `samples` those that have a sample a row. `results`
    maps a gradient to its array; `wholes` are gradients with a sample a row: the parts write to
    them, where the others are added. `mean` says that the cost is a mean over the batch;
    `conversion` brings the arrays to one type.
    """

    words: Mapping[str, str]
    passes: tuple[list[str], list[str]]
    given: list[str]
    samples: list[str]
    results: Mapping[str, str]
    wholes: list[str]
    cost: str | None
    mean: bool
    conversion: list[Code]

    def code(self) -> tuple[Code, ...]:
        """All of them."""
        return (
            *self.conversion,
            *self._alone(),
            *self._rooms(),
            BLANK,
            *self._run(),
            BLANK,
            *self._join(),
        )

    def reads(self) -> frozenset[str]:
        """The parameters that are read."""
        return frozenset({self.words["threads"], self.words["workspaces"], *self.given})

    def calls(self) -> frozenset[str]:
        """The functions of the module that are called."""
        forward = {"forward"} if self._reads_values else set()
        answers = {"Gradients", "Step"} if self.cost else {"Gradients"}
        return frozenset({"backward", "get_thread_pool", CONVERSION, AXES} | forward | answers)

    @property
    def _apart(self) -> list[str]:
        """The gradients that are added."""
        return [n for n in self.results if n not in self.wholes]

    @property
    def _reads_values(self) -> bool:
        """Whether the values of the forward pass are read."""
        return self.cost is not None or "values" in self.passes[1]

    def _whole(self, gradient: str) -> str:
        return f"{gradient}_{self.words['whole']}"

    def _kinds(self) -> list[str]:
        """The arrays whose common type is that of the gradients."""
        return [n for n in self.given if n in self.results.values()]

    def _alone(self) -> list[Code]:
        """What does not split is computed in the calling thread."""
        w = self.words
        spaces = f"({w['workspaces']} is not None and len({w['workspaces']}) < {w['threads']})"
        error = f'ValueError(f"{{{w["threads"]}}} threads need as many workspaces")'
        most = f"min({w['threads']}, {w['samples']} // LEAST_PART)"
        first = f"None if {w['workspaces']} is None else {w['workspaces']}[0]"
        passed = self._passes({n: n for n in self.given})
        body = [
            _line(f"{w['samples']} = {self.samples[0]}.shape[0]"),
            _line(f"if {w['threads']} < 1 or {spaces}:", kind="branch"),
            _line(f"raise {error}", 2),
            _line(f"{w['threads']} = max(1, {most})"),
            _line(f"if {w['threads']} == 1:", kind="branch"),
            _line(f"{w['buffers']} = {first}", 2),
            *self._forward(passed[0]),
        ]
        if self.cost is None:
            return [*body, make_code(wrap_call("return backward", passed[1], "", 2), "return")]
        body.append(make_code(wrap_call(f"{w['gradients']} = backward", passed[1], "", 2)))
        answer = f"return Step(values.{self.cost}, {w['gradients']})"
        return [*body, _line(answer, 2, kind="return")]

    def _passes(self, arrays: Mapping[str, str]) -> tuple[list[str], list[str]]:
        """The arguments of both passes, where `arrays` says how each array is written."""
        known = {**arrays, "values": "values", "workspace": self.words["buffers"]}
        first, second = ([known[n] for n in names] for names in self.passes)
        return first, second

    def _forward(self, arguments: list[str]) -> list[Code]:
        """The forward pass, where its values are read."""
        return (
            [make_code(wrap_call("values = forward", arguments, "", 2))]
            if self._reads_values
            else []
        )

    def _rooms(self) -> list[Code]:
        """An array for the parts of every gradient that has a sample a row.

        Such gradients are not added: each part writes its samples to their place.
        """
        flat, kinds = f"np.result_type({', '.join(self._kinds())})", list[Code]()
        if len(f"{TAB * 2}{flat},") > WIDTH:
            head = f"{self.words['dtype']} = np.result_type"
            kinds, flat = [make_code(wrap_call(head, self._kinds(), "", 1))], self.words["dtype"]
        return [
            *kinds,
            *(
                make_code(
                    wrap_call(
                        f"{self._whole(n)} = np.empty", [f"{self.results[n]}.shape", flat], "", 1
                    )
                )
                for n in self.wholes
            ),
        ]

    def _run(self) -> list[Code]:
        """The function that computes a part."""
        w, names, k = self.words, unpacking_targets(list(self.results)), self.words["k"]
        start, stop = (f"{w['samples']} * {n} // {w['threads']}" for n in (k, f"({k} + 1)"))
        space = f"None if {w['workspaces']} is None else {w['workspaces']}[{k}]"
        part = {n: f"{n}[{w['part']}]" if n in self.samples else n for n in self.given}
        first, second = self._passes(part)
        body = [
            _line(f"def {w['run_part']}({k}: int) -> Any:", kind="definition"),
            _line(f"{w['part']} = slice({start}, {stop})", 2),
            _line(f"{w['buffers']} = {space}", 2),
            *self._forward(first),
        ]
        if len(f"{TAB * 2}{names} = backward(") <= WIDTH:
            body.append(make_code(wrap_call(f"{names} = backward", second, "", 2)))
        else:
            body.append(make_code(wrap_call(f"{w['gradients']} = backward", second, "", 2)))
            body.append(wrap_unpacking(list(self.results), w["gradients"], 2))
        return [*body, *self._handed()]

    def _handed(self) -> list[Code]:
        """What becomes of the gradients of a part, and its answer: its cost, and what is added.

        Of a mean, a part counts by its share of the samples.
        """
        w, weight = self.words, self.words["weight"]
        body = [wrap_tuple(w["partials"], self._apart, 2, "[]")] if self._apart else []
        if self.mean:
            samples = f"{w['part']}.stop - {w['part']}.start"
            body.append(_line(f"{weight} = ({samples}) / {w['samples']}", 2))
        for n in self.wholes:
            there = f"{self._whole(n)}[{w['part']}]"
            mean, plain = f"np.multiply({n}, {weight}, out={there})", f"{there} = {n}"
            body.append(_line(mean if self.mean else plain, 2))
        added = f"[g * {weight} for g in {w['partials']}]" if self.mean else w["partials"]
        answer = (
            [f"values.{self.cost}" + (f" * {weight}" if self.mean else "")] if self.cost else []
        )
        answer += [added] if self._apart else []
        return [
            *body,
            *([_line(f"return {', '.join(answer)}", 2, kind="return")] if answer else []),
        ]

    def _join(self) -> list[Code]:
        """All parts at once, their sums, and what is answered."""
        w, apart, k = self.words, self._apart, self.words["k"]
        submitted = f"get_thread_pool({w['threads']} - 1).submit({w['run_part']}, {k})"
        body = [_line(f"{w['futures']} = [{submitted} for {k} in range(1, {w['threads']})]")]
        if self.cost or apart:
            answers = f"[{w['run_part']}(0), *({k}.result() for {k} in {w['futures']})]"
            body.append(_line(f"{w['results'] if apart else w['costs']} = {answers}"))
        else:
            body.append(_line(f"{w['run_part']}(0)"))
            body.append(_line(f"for {k} in {w['futures']}:", kind="loop"))
            body.append(_line(f"{k}.result()", 2))
        if apart:
            body += self._sums()
        gradients = [self._whole(n) if n in self.wholes else n for n in self.results]
        if self.cost is None:
            return [*body, make_code(wrap_call("return Gradients", gradients, "", 1), "return")]
        body.append(make_code(wrap_call(f"{w['gradients']} = Gradients", gradients, "", 1)))
        answer = f"return Step(sum({w['costs']}[1:], {w['costs']}[0]), {w['gradients']})"
        return [*body, _line(answer, kind="return")]

    def _sums(self) -> list[Code]:
        """The gradients that are added, each under its name.

        A bare sum(g) would start with 0 + g[0]: one more array for nothing.
        """
        w = self.words
        source = w["partials"] if self.cost else w["results"]
        total = f"tuple(sum(g[1:], g[0]) for g in zip(*{source}, strict=True))"
        both = [_line(f"{w['costs']}, {w['partials']} = zip(*{w['results']}, strict=True)")]
        sums = [_line(f"{w['sums']} = {total}"), wrap_unpacking(self._apart, w["sums"])]
        return [*(both if self.cost else []), *sums]


def _line(text: str, indent: int = 1, kind: CodeKind = "statement") -> Code:
    return make_code([f"{TAB * indent}{text}"], kind)
