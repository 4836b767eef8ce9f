"""The face of symconv in Python: a network, and everything that is computed from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sympy import Expr, Symbol

from symconv.calculus.reverse_mode import reverse_mode
from symconv.codegen.compiled import Compiled
from symconv.codegen.python.allowlist import ALLOW_LISTS
from symconv.codegen.python.identifiers import Identifiers
from symconv.codegen.python.module_name import check_module_name
from symconv.codegen.python.module_spec import ModuleSpec
from symconv.codegen.readable.module import module_names
from symconv.codegen.styles import LIBRARY_STYLES, GeneratedModule, Style, parse_overrides
from symconv.core.equation import Program
from symconv.core.errors import MissingToolError, SymconvError, Unsupported, did_you_mean
from symconv.core.proof import Backward, number_equations
from symconv.core.tensor import Tensor, normalize_name
from symconv.layers.base import Layer, TensorName
from symconv.layers.support.sizes import Size
from symconv.network.build import build_program
from symconv.network.examples import BY_NAME
from symconv.network.parser import parse_network
from symconv.network.remarks import describe_tensors, list_remarks
from symconv.network.spec import Input, NetworkSpec
from symconv.notation.conventions import describe_conventions
from symconv.notation.hand import describe_signs
from symconv.notation.presets import ASSUMED, Notation, find_notation
from symconv.output.picture import Picture
from symconv.render.derivation_document import DerivationDocument
from symconv.render.network_summary import (
    shorten_line,
    write_equations_html,
    write_equations_latex,
)
from symconv.semantics.entrywise import EntrywiseGradients
from symconv.verify.record import CheckReport

if TYPE_CHECKING:
    from symconv.claims.model.verdict import Verdict
    from symconv.codegen.c.module import GeneratedC
    from symconv.render.second_order import Matrix
    from symconv.verify.generated_module import ModuleUnderTest

DIFFERENTIATED = {"input", "parameter"}


@dataclass(frozen=True, init=False, eq=False)
class Network:
    """A network: an input and layers, in a notation.

        Network("i", (3, 3)) >> Conv("w", (2, 2), out="o") >> SquaredError("y", out="C")

    Everything else is computed from it: `gradient`, `derivation`, `numpy_source`, `compile`,
    `verify`. A network never changes; `>>`, `titled`, `fixed`, `only` and `in_notation` give new
    ones. Two networks are equal only if they are one: what is known of one is kept beside it.
    """

    spec: NetworkSpec
    notation: Notation
    title: str
    stated: Program | None = field(repr=False)
    """The forward equations where they are known: read from a text, or with sizes put in."""

    asked: tuple[str, ...] = ()
    """The tensors whose gradients alone are computed, by key; all that have one where it is ()."""

    def __init__(
        self,
        name: TensorName,
        shape: tuple[Size, ...],
        *,
        batch: Size | None = None,
        channels: Size | None = None,
        notation: str | Notation = ASSUMED,
    ) -> None:
        self._fill(NetworkSpec(Input(name, shape, batch, channels)), notation)

    def _fill(
        self,
        spec: NetworkSpec,
        notation: str | Notation,
        title: str = "network",
        stated: Program | None = None,
        asked: tuple[str, ...] = (),
    ) -> None:
        """Set the fields of a new network."""
        known = find_notation(notation) if isinstance(notation, str) else notation
        values = {"spec": spec, "notation": known, "title": title, "stated": stated, "asked": asked}
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @classmethod
    def _of(cls, *parts: Any) -> Network:
        """A network of the parts that `_fill` takes."""
        made = cls.__new__(cls)
        made._fill(*parts)  # noqa: SLF001 - a second constructor
        return made

    @classmethod
    def of(cls, spec: NetworkSpec, notation: str | Notation = ASSUMED) -> Network:
        """The network of a specification."""
        return cls._of(spec, notation)

    @classmethod
    def parse(cls, text: str, notation: str | Notation = ASSUMED) -> Network:
        """The network that a text describes; SymconvError shows the place of a mistake."""
        source = parse_network(text)
        return cls._of(source.spec, notation, "network", source.program())

    @classmethod
    def example(cls, name: str) -> Network:
        """One of the example networks, in its own notation."""
        if name not in BY_NAME:
            raise SymconvError(f"no example is called '{name}'", help=did_you_mean(name, BY_NAME))
        return cls.parse(BY_NAME[name].text, BY_NAME[name].notation).titled(name)

    def __rshift__(self, layer: Layer) -> Network:
        spec = replace(self.spec, layers=(*self.spec.layers, layer))
        return Network.of(spec, self.notation)

    def in_notation(self, notation: str | Notation) -> Network:
        """The same network, written in another notation."""
        made = Network._of(self.spec, notation, self.title, self.stated, self.asked)
        return self._keep_known(made)

    def titled(self, title: str) -> Network:
        """The same network under a title, which heads its documents and names its files."""
        made = Network._of(self.spec, self.notation, title, self.stated, self.asked)
        return self._keep_known(made)

    def _keep_known(self, other: Network) -> Network:
        """Another name or notation of this network, with the equations that are known of it."""
        known = {k: v for k, v in vars(self).items() if k in {"program", "_everything"}}
        vars(other).update(known)
        return other

    @cached_property
    def program(self) -> Program:
        """The forward equations."""
        return build_program(self.spec) if self.stated is None else self.stated

    @property
    def reading(self) -> tuple[str, ...]:
        """What the network was taken to mean: a line for every tensor, with its role and axes."""
        return describe_tensors(self.program)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a person should know of how the network was read; nothing where all was said."""
        return list_remarks(self.spec, self.program)

    def tensor(self, name: str) -> Tensor:
        """The tensor of that name, such as `w^1` (`w_1` and `w1` are understood, too)."""
        known = self.program.by_key
        spelled = {normalize_name(key): key for key in known}
        if name not in known and normalize_name(name) not in spelled:
            raise SymconvError(
                f"the network has no tensor '{name}'", help=did_you_mean(name, known)
            )
        return known[name if name in known else spelled[normalize_name(name)]]

    def backward(self, *wrt: str) -> Backward:
        """The backward pass; without names, with respect to every parameter and the input."""
        if wrt:
            return reverse_mode(self.program, tuple(self._differentiable(name) for name in wrt))
        return self._everything

    @cached_property
    def _everything(self) -> Backward:
        if self.asked:
            return self.backward(*self.asked)
        tensors = [t for t in self.program.tensors if t.role in DIFFERENTIATED]
        return reverse_mode(self.program, tuple(sorted(tensors, key=lambda t: t.role == "input")))

    def _differentiable(self, name: str) -> Tensor:
        tensor = self.tensor(name)
        if tensor.key == self.program.output:
            raise SymconvError(
                f"'{name}' is the output itself",
                help="ask for an input, a weight or an earlier value",
            )
        return tensor

    def gradient(self, entry: str) -> Expr:
        """dC/d(entry) in the scalar symbols of the notation, such as `gradient("w_1^1")`.

        Forward values stay symbols; deltas are put in. Needs sizes that are numbers.
        """
        unrolled = EntrywiseGradients(self._everything, self.notation)
        tensor, place = unrolled.entry(entry)
        return unrolled.entries(tensor, only=[place])[place]

    def gradients(self, name: str) -> Mapping[tuple[int, ...], Expr]:
        """dC/d(entry) for every entry of a tensor, by place (counted from 0)."""
        backward = self._everything
        tensor = self.tensor(name)
        if backward.derivation(tensor.key) is None:
            backward = self.backward(name)
        return EntrywiseGradients(backward, self.notation).entries(tensor)

    def written(self, entry: str) -> str:
        """dC/d(entry) as one line of text, the way people write it."""
        from symconv.render.formula.scalars import format_gradient

        return format_gradient(
            entry, EntrywiseGradients(self._everything, self.notation), self.program
        )

    def derivation(self, *wrt: str) -> DerivationDocument:
        """The derivation of dC/d(tensor), for the named tensors or for everything."""
        return self._explain(self.backward(*wrt)) if wrt else self._explanation

    @cached_property
    def _explanation(self) -> DerivationDocument:
        """The derivation for everything: what is proved of it holds for each of its documents."""
        return self._explain(self._everything)

    def _explain(self, backward: Backward) -> DerivationDocument:
        return DerivationDocument(
            self.program, backward, self.notation, self.title, self.conventions
        )

    def hessian_vector_product(
        self, *wrt: str, direction: str | Sequence[str] = "u"
    ) -> DerivationDocument:
        """The derivation of H u: the Hessian of the cost times a direction, by the named tensors.

        H u = d/dw (sum dC/dw u), reverse mode on its own output; without names, w is every
        parameter. `direction` names u, which has the shape of w, as H u has: for several tensors it
        is u^1, u^2, ... in their order, or give a name for each. SymconvError without a cost, and
        where a name is taken. (Pearlmutter, Fast exact multiplication by the Hessian, 1994.)

            >>> net = Network.parse("input x 3 | dense w 2 -> h | sse t -> C")
            >>> product = net.hessian_vector_product("w", direction="u")
            >>> product.backward.cost.key, [step.rule for step in product.steps][:2]
            ('S', ['chain rule', 'definition'])
            >>> print(product.text().splitlines()[-1].strip())
            ∂S/∂w₁,₂ = 2(u₁,₀x₀ + u₁,₁x₁ + u₁,₂x₂) x₂
        """
        return self._matrix_product("Hessian", wrt, direction)

    def gauss_newton_product(
        self, *wrt: str, direction: str | Sequence[str] = "u"
    ) -> DerivationDocument:
        """The derivation of G u: the Gauss-Newton matrix of the cost times a direction.

        G = J' H J, where J is the derivative of the value that the cost reads and H the Hessian of
        the cost by that value; G u is the gradient by u of Q = 1/2 (J u)' H (J u). Names, shapes
        and errors as in `hessian_vector_product`; SymconvError, too, where the cost reads several
        values. (Schraudolph, Fast curvature matrix-vector products, 2002.)

            >>> net = Network.parse("input x 3 | dense w 2 -> h | tanh -> a | sse t -> C")
            >>> print(net.gauss_newton_product("w").derivation.equation.key)
            gradient u
        """
        return self._matrix_product("Gauss-Newton matrix", wrt, direction)

    def _matrix_product(
        self, matrix: Matrix, wrt: tuple[str, ...], direction: str | Sequence[str]
    ) -> DerivationDocument:
        """A product with second derivatives by the named tensors, or by every parameter."""
        from symconv.render.second_order import MatrixProduct

        parameters = tuple(t for t in self.program.tensors if t.role == "parameter")
        tensors = tuple(dict.fromkeys(map(self.tensor, wrt))) or parameters
        if not tensors:
            example = self.program.tensors[0].key
            raise SymconvError(
                "the network has no parameter", help=f"name a tensor, such as '{example}'"
            )
        product = MatrixProduct(matrix, tensors, direction)
        return product.document(self.program, self.notation, self.title, self.conventions)

    def numpy_source(self, style: Style = "readable", **overrides: Any) -> str:
        """The text of a NumPy module with `forward` and `backward`.

        `loops` is the formula, index by index; `readable` is vectorised; `fast` is a planned
        program, whose docstring explains the plan: unrolled where the network is tiny, in blocks
        and fused stages where it is large; `jax` and `torch` are for these libraries, which
        differentiate its function `network` by the derived backward pass. `overrides` overrule the
        cost model of `fast`: `tiles="f4"` takes Winograd's tiles where they pay (they round more in
        float32), `forms={"z^1": "columns"}` states the form of an equation.
        """
        return self.generate(style, **overrides).source

    def compile(self, style: Style = "readable", **overrides: Any) -> Compiled:
        """The NumPy module, loaded; with the style `c` the face of the C file, built in a cache.

        `compile("c", dtype="float64")` has the options of `generate_c`, and the instructions of
        this machine unless `isa` names others; SymconvError where there is no C compiler.
        """
        if style == "c":
            # What is built here runs here: it may have all that the machine has.
            from symconv.codegen.c.module import GeneratedC, parse_c_options

            options = parse_c_options(overrides, native=True)
            return GeneratedC(self.module_spec, options).compile()
        source = self.numpy_source(style, **overrides)
        return Compiled(source, self._module_names.tensors, ALLOW_LISTS[style])

    def generate(self, style: Style = "readable", **overrides: Any) -> GeneratedModule:
        """The NumPy module with all that belongs to it: its record, its text, its tests.

        It is made once for a style and overrides, however often it is asked for.
        """
        made = GeneratedModule(self.module_spec, style, parse_overrides(style, overrides))
        if made not in self._generated:
            self._generated.append(made)
        return self._generated[self._generated.index(made)]

    def generate_c(self, **options: Any) -> GeneratedC:
        """The C file of the network, its header, its face in Python and its tests.

        `dtype` is float32 (else float64), `isa` the instructions that the compiler may use: scalar,
        avx2, avx512 or neon, for whose vectors sums of products are planned, `chunk` how many
        samples of an open batch are computed at once. `tiles="f4"` takes Winograd's tiles where
        they pay: they round more in float32, and NaN and infinity spread over all that a tile sees.
        SymconvError where another size is open, where the samples of an open batch cannot be
        computed apart, or an option is not known.

            >>> c = Network.parse("input x 3 | dense w 2 -> h | sse t -> C").generate_c()
            >>> "sum += x[r] * w[q][r];" in c.source
            True
        """
        from symconv.codegen.c.module import GeneratedC, parse_c_options

        return GeneratedC(self.module_spec, parse_c_options(options))

    @cached_property
    def _generated(self) -> list[GeneratedModule]:
        return []

    @property
    def module_spec(self) -> ModuleSpec:
        """Everything that a NumPy module is made from; equations have the derivation's numbers."""
        backward = self._everything
        found = number_equations(self.program, backward.items)
        numbers = {key: str(number) for key, number in found.items()}
        # Code has names of its own: who reads it beside the formulas has to know the signs there.
        signs = describe_signs(self.notation.hand, [t.key for t in self.program.tensors])
        notes = (*self.conventions, signs) if signs else self.conventions
        return ModuleSpec(self.program, backward, self.title, notes, numbers)

    @cached_property
    def _module_names(self) -> Identifiers:
        return module_names(self.program, self._everything.program)

    def check(self, claim: str, values: Mapping[str, Any] | None = None) -> Verdict:
        r"""The verdict on one statement in the notation of the network; true only if it is right.

        `net.check(r"\frac{\partial C}{\partial w_1^2} = 2(o_1^2 - y_1) o_1^1")` reads LaTeX, LaTeX
        without backslashes, Unicode and plain text, and names the mistake where there is one.

        `values` are the numbers that numeric claims are about, as in the file of
        `symconv check --values`: names of tensors, each with nested lists (or a NumPy array) of
        numbers in the shape of the tensor; `"0.1"` and 0.1 are a tenth.
        `net.check("dC/dw = [[2, -2], [0, 2]]", values={"x": ..., "w": ..., "t": ...})`.
        SymconvError where they do not fit, where sizes of the network are open, or where the claim
        is no text.
        """
        from symconv.claims.check import check_claim, validate_values

        if values is not None:
            validate_values(self, values)
        return replace(check_claim(self, claim, values), picture=partial(self.show, claim, values))

    def show(self, claim: str | None = None, values: Mapping[str, Any] | None = None) -> Picture:
        """The network as a picture, the page of `symconv page`, with a claim drawn over the truth.

        The last line of a notebook's cell shows it, in a frame that is shut off; elsewhere
        `net.show().save("picture.html")` writes it for a browser. Nothing is opened. SymconvError
        where a size is open.
        """
        # The page stands on a floor above this one, and is found by its name when it is asked for.
        found: Picture = import_module("symconv.page").draw_picture(self, claim, values)
        return found

    def __repr__(self) -> str:
        shape = "x".join(map(str, self.spec.input.shape))
        stages = [f"input {self.spec.input.name} {shape}", *(x.kind for x in self.spec.layers)]
        return f"<Network {shorten_line(f'{self.title}: ' + ' | '.join(stages))}>"

    def _repr_html_(self) -> str:
        return write_equations_html(self.program, self.notation, self.reading)

    def _repr_latex_(self) -> str:
        return write_equations_latex(self.program, self.notation)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {
            "text/plain": repr(self),
            "text/html": self._repr_html_(),
            "text/latex": self._repr_latex_(),
        }

    def check_post(
        self, text: str, values: Mapping[str, Any] | None = None, *, seconds: float = 10
    ) -> tuple[Verdict, ...]:
        """The verdicts on every equation of a text, each with its line and column.

        `values` are the numbers that numeric claims are about, as for `check`. `seconds` is what
        the whole text may take, counted in work, so that verdicts are the same on every machine;
        what is beyond it is undetermined and says so.
        """
        from symconv.claims.check import validate_values
        from symconv.claims.posts import check_post

        if values is not None:
            validate_values(self, values)
        return check_post(self, text, values, seconds=seconds)

    def verify(
        self, style: Style = "readable", *, draws: int = 3, seed: int = 0, **overrides: Any
    ) -> CheckReport:
        """Every check of the derivation and of the NumPy module, each with what it tried.

        The module is that of a style, with `overrides` as in `numpy_source`; a module that takes a
        workspace is checked without and with one, a `step` with its batch in parts. SymconvError
        where fixed sizes make the network too large to evaluate entry by entry. Without NumPy, or
        what else the module runs on, the derivation is checked, and the last line says that the
        module was not.
        """
        from symconv.verify.all_checks import (
            check_backward_pass,
            has_numpy,
            pick_affordable_sizes,
            report_unchecked_module,
            verify_with_module,
        )

        missing = () if has_numpy() else (report_unchecked_module(style),)
        try:
            sizes, uses = ({}, ()) if missing else self._module_uses(style, **overrides)
        except MissingToolError as error:
            missing = (report_unchecked_module(style, error.message),)
        if missing:
            pick_affordable_sizes(self.program, self._everything)
            found = check_backward_pass(
                self._everything, draws=draws, seed=seed, endings=self._explanation.endings
            )
            return CheckReport((*found, *missing))
        endings = self._explanation.endings
        checks = verify_with_module(
            self._everything, uses, sizes, draws=draws, seed=seed, endings=endings
        )
        return CheckReport(checks)

    def _module_uses(
        self, style: Style, **overrides: Any
    ) -> tuple[dict[Symbol, int], tuple[ModuleUnderTest, ...]]:
        """Sizes to try a module at, and the ways to call it there."""
        from symconv.verify.all_checks import pick_affordable_sizes
        from symconv.verify.generated_module import list_module_uses

        sizes, names = pick_affordable_sizes(self.program, self._everything), self._module_names
        if style == "c":
            fixed, options = self._fix_for_c(sizes)
            options |= {"dtype": "float64", **overrides}
            module = vars(fixed.compile("c", **options).module)
            # Parts are handed over whether it is worth it or not.
            module["HANDOVER"] = -(10**12)
            return sizes, list_module_uses(module, names.tensors, {}, style, exact=False)
        named = {names.sizes[s]: n for s, n in sizes.items() if s in names.sizes}
        module = vars(self.compile(style, **overrides).module)
        # Sizes are small here: a step that splits a batch does it only where a part may be small.
        if "LEAST_PART" in module:
            module["LEAST_PART"] = 1
        if style == "jax":
            from symconv.codegen.jax.precision import in_double_precision

            module = in_double_precision(module)
        exact = style not in LIBRARY_STYLES
        return sizes, list_module_uses(module, names.tensors, named, style, exact=exact)

    def _fix_for_c(self, sizes: Mapping[Symbol, int]) -> tuple[Network, dict[str, Any]]:
        """The network at the sizes that a C file has to be made for, and its options.

        A batch stays open where it can, and falls into a chunk and a sample that is left.
        """
        from symconv.codegen.fast.plan.batch_split import plan_batch_split

        split = plan_batch_split(self.program)
        batch = split.batch if split else None
        free = {str(s): sizes[s] for s in self._everything.program.free_sizes if s != batch}
        options = {"chunk": max(1, sizes[batch] - 1)} if batch else {}
        return self.fixed(**free) if free else self, options

    def fixed(self, **sizes: int) -> Network:
        """The same network with numbers for some of its sizes: `net.fixed(N=32)`."""
        from symconv.network.specialize import specialize_sizes

        stated = specialize_sizes(self.program, sizes)
        return Network._of(self.spec, self.notation, self.title, stated, self.asked)

    def only(self, *wrt: str) -> Network:
        """The same network with the gradients by these tensors alone, such as `net.only("w^1")`.

        What no other one needs is not computed: without the input's, the backward pass ends at the
        first parameter. `parameters` stands for all of these. SymconvError where a name is none.

            >>> text = "input x 3x3 | conv w 2x2 -> z | relu -> y | sse t -> C"
            >>> print([t.key for t in Network.parse(text).only("w").backward().results])
            ['gradient w']
        """
        keys: list[str] = []
        for name in wrt:
            if name == "parameters" and name not in self.program.by_key:
                keys += [t.key for t in self.program.given if t.role == "parameter"]
            else:
                keys.append(self._differentiable(name).key)
        if not keys:
            raise SymconvError("no tensor is named", help="a parameter, an input or a value")
        asked = tuple(dict.fromkeys(keys))
        return Network._of(self.spec, self.notation, self.title, self.stated, asked)

    def plan(self, style: Style = "fast", **overrides: Any) -> str:
        """What becomes of each equation in words: what it costs, which strategy it gets, and why.

        Only the fast style has strategies, and `overrides` that overrule them as in `numpy_source`.
        Where every size is a number, its first line says how much faster C would be.
        """
        if style == "c":
            return self.generate_c(**overrides).plan_text()
        made = self.generate(style, **overrides)
        if style != "fast" or self.backward().program.free_sizes:
            return made.plan_text()
        return "\n".join(filter(None, (self._compare_with_c(made), made.plan_text())))

    def _compare_with_c(self, made: GeneratedModule) -> str:
        """How much faster C would be than a module of the fast style; "" where there is no C."""
        from symconv.codegen.comparison.with_c import ISA, compare_with_c

        try:
            return compare_with_c(made.strategy, self.generate_c(isa=ISA))
        except Unsupported:
            return ""

    def files(
        self, style: Style = "readable", *, name: str | None = None, **overrides: Any
    ) -> dict[str, str]:
        """The generated files by name: module, tests, and the derivation as LaTeX and Markdown.

        `name` is what the module is called, in place of the title; SymconvError where none can be
        called so: no identifier, a keyword, or the name of a module that it would hide.
        """
        if name is not None:
            return self.titled(check_module_name(name)).files(style, **overrides)
        stem = "".join(c if c.isalnum() else "_" for c in self.title)
        explanation = self.derivation()
        if style == "c":
            code = self.generate_c(**overrides).written()
        else:
            generated = self.generate(style, **overrides)
            code = {f"{stem}.py": generated.source, f"test_{stem}.py": generated.tests(stem)}
        return {
            **code,
            f"{stem}.tex": explanation.latex(document=True),
            f"{stem}.md": explanation.markdown(),
        }

    @property
    def conventions(self) -> tuple[str, ...]:
        """What a reader has to know to compare: correlation or convolution, layout, factors."""
        return describe_conventions(self.program)
