"""LaTeX read back: for every step of every example, the formula on the page is the proof's."""

import pytest
from sympy.tensor.indexed import Indexed

from symconv.api import Network
from symconv.core.tensor import Name
from symconv.emit.formula.arrange import arrange
from symconv.emit.formula.changes import mark_changes
from symconv.emit.formula.latex import Latex
from symconv.emit.formula.names import equation_of, names_of
from symconv.emit.pages.scribe import LATEX
from symconv.emit.readback.latex_reader import Reader, flat, symbols_of
from symconv.network.examples import BY_NAME
from symconv.notation.rebase import rebase


def readable(name):
    net = Network.example(name)
    backward = net.backward()
    names = names_of(net.program, backward.items, net.notation)
    tensors = {t.key: t for t in backward.program.tensors}
    tensors |= {backward.cost.key: backward.cost}
    bases = {k: t.base for k, t in tensors.items()}
    scalars = frozenset(k for k, t in tensors.items() if t.scalar)
    return net, backward, names, bases, scalars


def differs(text, expected, bases, scalars):
    reader = Reader(text, bases, symbols_of([expected]), scalars)
    read, wanted = flat(reader.read()), flat(expected)
    return read != wanted and (read - wanted).expand() != 0


@pytest.mark.parametrize("name", BY_NAME)
def test_every_formula_on_the_page_is_that_of_the_proof(name):
    net, backward, names, bases, scalars = readable(name)
    base = net.notation.index_base
    formulas = [e.rhs for e in (*net.program.equations, *map(equation_of, backward.items))]
    formulas += [s.after for d in backward.derivations for s in d.steps]
    for formula in formulas:
        lines = LATEX.lines(arrange(formula, names), 60)
        assert not differs(" ".join(lines), rebase(formula, base), bases, scalars), lines


def test_marks_change_no_formula():
    _, backward, names, bases, scalars = readable("general-conv-strided")
    for step in (s for d in backward.derivations for s in d.steps):
        for form, formula in zip(
            mark_changes(arrange(step.before, names), arrange(step.after, names)),
            (step.before, step.after),
            strict=True,
        ):
            assert not differs(Latex().write(form), formula, bases, scalars)


@pytest.mark.parametrize(
    ("written", "changed"),
    [(r"i+m", "i-m"), (r"\sum_{m=0}^{k_1-1}", r"\sum_{m=0}^{k_1}"), ("w_{m,n}", "w_{n,m}")],
)
def test_a_changed_formula_is_noticed(written, changed):
    net, _, names, bases, scalars = readable("general-conv")
    formula = net.program.equations[0].rhs
    text = Latex().write(arrange(formula, names))
    assert not differs(text, formula, bases, scalars)
    assert written in text
    assert differs(text.replace(written, changed), formula, bases, scalars)


def test_names_of_error_signals_are_told_apart():
    _, _, names, bases, scalars = readable("conv-pool-sigmoid-dense")
    assert isinstance(Reader(r"\delta^{p}_{0,1}", bases, {}, scalars).read(), Indexed)
    assert Reader(r"\delta^{p}_{0,1}", bases, {}, scalars).read().base == bases["delta p"]
    assert names.cost == "E"
    assert Name("p", None, "delta").key in bases
