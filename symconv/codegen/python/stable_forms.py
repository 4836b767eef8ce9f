"""Exponentials that a person wrote, in forms that neither overflow nor lose digits.

Before code is written, in every style:

- log(sum(exp(f))) is the log-sum-exp of f, and exp(g) / sum(exp(f)) is exp(g - log-sum-exp of f),
  where no entry of f is absent (an absent one is 0 in a sum, and -infinity in a log-sum-exp);
- log(1 + exp(f)) is softplus(f), 1 / (1 + exp(f)) is sigmoid(-f), and
  exp(f) / (1 + exp(f)) is sigmoid(f);
- log(sigmoid(f)) is -softplus(-f), and log(exp(f)) is f;
- b + relu(a - b) is max(a, b), a - relu(a - b) is min(a, b), and x - relu(x) is -relu(-x): none is
  a difference of infinities.

Source: P. Blanchard, D. J. Higham and N. J. Higham, Accurately computing the log-sum-exp and
softmax functions, IMA Journal of Numerical Analysis 41, 2021. The equations of the derivation stay
as they are, and so do the checks of a module, which compare it with these.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeGuard, cast

from sympy import Add, Expr, Mul, Pow, S, Sum, exp, log
from sympy.concrete.expr_with_limits import ExprWithLimits

from symconv.calculus.affine import always_inside
from symconv.calculus.binders import bare_entries, rebuild
from symconv.core.equation import Equation, Program, Ranges, SizeDefinition
from symconv.core.nodes import LogSumExp, larger, relu, sigmoid, smaller, softplus

from .module_spec import ModuleSpec

FORM = "Computed in a form that does not overflow, where the equation has plain exponentials: "


def use_stable_forms(spec: ModuleSpec) -> ModuleSpec:
    """What a module is made from, with stable forms in its equations and a note of where."""
    forward, first = _rewrite_program(spec.forward)
    whole, second = _rewrite_program(spec.backward.program)
    changed = list(dict.fromkeys((*first, *second)))
    backward = replace(spec.backward, program=whole)
    if not changed:
        return replace(spec, forward=forward, backward=backward)
    named = [f"({spec.numbers[key]})" if key in spec.numbers else key for key in changed]
    notes = (*spec.notes, f"{FORM}{', '.join(named)}.")
    return replace(spec, forward=forward, backward=backward, notes=notes)


def _rewrite_program(program: Program) -> tuple[Program, list[str]]:
    """The program with stable forms, and the keys of the equations that hold a new one."""
    made = tuple(_rewrite_equation(e, program.sizes) for e in program.equations)
    pairs = zip(made, program.equations, strict=True)
    changed = [new.key for new, old in pairs if new is not old and _had_exponentials(old.rhs)]
    return replace(program, equations=made), changed


def _rewrite_equation(equation: Equation, sizes: tuple[SizeDefinition, ...]) -> Equation:
    if not equation.rhs.has(exp, relu):
        return equation
    rhs = _write_minima(StableForms(sizes).rewrite(equation.rhs, equation.ranges))
    return equation if rhs == equation.rhs else replace(equation, rhs=rhs)


def _had_exponentials(e: Expr) -> bool:
    """Whether a logarithm or a fraction of exponentials stands in a formula."""
    below = (p.base for p in e.atoms(Pow) if p.exp.could_extract_minus_sign())
    return any(part.has(exp) for part in (*(n.args[0] for n in e.atoms(log)), *below))


@dataclass(frozen=True)
class StableForms:
    """The rewriting; `sizes` say what sizes are made of."""

    sizes: tuple[SizeDefinition, ...]

    def rewrite(self, e: Expr, ranges: Ranges) -> Expr:
        """The formula with stable forms, from the inside out; `ranges` are those of its indices."""
        if not e.has(exp, relu):
            return e
        inside = ranges
        if isinstance(e, ExprWithLimits):
            inside = (*ranges, *((v, high + 1) for v, _, high in e.limits))
        if isinstance(e, Mul):
            # A denominator is read together with what stands above it.
            inner = rebuild(_share_denominators(e), lambda a: self._rewrite_factor(a, inside))
        else:
            inner = rebuild(e, lambda a: self.rewrite(a, inside))
        match inner:
            case log():
                return self._logarithm(inner, ranges)
            case Mul() | Pow():
                return self._fraction(inner, ranges)
            case Add():
                return _find_maxima(inner)
        return inner

    def _rewrite_factor(self, e: Expr, ranges: Ranges) -> Expr:
        """A factor; of a denominator only the inside."""
        return (
            rebuild(e, lambda a: self.rewrite(a, ranges))
            if _divides(e)
            else self.rewrite(e, ranges)
        )

    def _logarithm(self, e: Expr, ranges: Ranges) -> Expr:
        inside = cast("Expr", e.args[0])
        found = self._log_of_sum(inside, ranges)
        one = _one_plus_exp(inside)
        if one is not None:
            found = softplus(one)
        elif isinstance(inside, sigmoid):
            found = -softplus(-inside.args[0])
        elif isinstance(inside, exp):
            found = inside.args[0]
        return e if found is None else found

    def _log_of_sum(self, e: Expr, ranges: Ranges) -> Expr | None:
        """log(e) of a sum of exponentials none of which is absent."""
        if not _adds_exponentials(e):
            return None
        inside = (*ranges, *((v, high + 1) for v, _, high in e.limits))
        for entry, around in bare_entries(e.function, inside):
            places = zip(entry.indices, entry.base.shape, strict=True)
            if not all(always_inside(i, n, around, self.sizes) for i, n in places):
                return None
        return LogSumExp(e.function.args[0], *e.limits)

    def _fraction(self, e: Expr, ranges: Ranges) -> Expr:
        """A product whose denominators are sums of exponentials."""
        power, rest = S.Zero, list[Expr]()
        below = list[tuple[Expr, int]]()
        for factor in Mul.make_args(e):
            if isinstance(factor, exp):
                power += factor.args[0]
            elif _divides(factor):
                below.append((factor.base, -int(factor.exp)))
            else:
                rest.append(factor)
        changed = False
        for base, times in below:
            total, one = self._log_of_sum(base, ranges), _one_plus_exp(base)
            changed |= total is not None or one is not None
            if total is not None:
                power -= times * total
                continue
            if one is None:
                rest.append(Pow(base, -times))
                continue
            for _ in range(times):
                # exp(f) / (1 + exp(f)) as long as there is an exp(f), then 1 / (1 + exp(f)).
                met = _holds_addend(power, one)
                power -= one if met else S.Zero
                rest.append(sigmoid(one if met else -one))
        return Mul(exp(power), *rest) if changed else e


def _adds_exponentials(e: Expr) -> TypeGuard[Sum]:
    """Whether a formula is a sum of exponentials over indices."""
    return isinstance(e, Sum) and isinstance(e.function, exp)


def _divides(e: Expr) -> TypeGuard[Pow]:
    """Whether a factor is a denominator."""
    return isinstance(e, Pow) and bool(e.exp.is_Integer and e.exp < 0)


def _share_denominators(e: Mul) -> Expr:
    """exp(g) sum(exp(h) / S^2) with one S under each exponential: exp(g)/S sum(exp(h)/S).

    And exp(g) sum(h / S), where no exponential stands inside, is exp(g)/S sum(h).
    """
    factors = list(e.args)
    if not any(isinstance(f, exp) for f in factors):
        return e
    for k, factor in enumerate(factors):
        if not isinstance(factor, Sum):
            continue
        inner = list(Mul.make_args(factor.function))
        kept = int(any(isinstance(i, exp) for i in inner))
        for n, part in enumerate(inner):
            if not _divides(part) or part.has(*factor.variables):
                continue
            if _adds_exponentials(part.base) and part.exp < -kept:
                inner[n] = Pow(part.base, -kept)
                factors[k] = Sum(Mul(*inner), *factor.limits)
                factors.append(Pow(part.base, part.exp + kept))
    return Mul(*factors)


def _one_plus_exp(e: Expr) -> Expr | None:
    """The f of 1 + exp(f)."""
    match e:
        case Add(args=(S.One, exp(args=(f,)))) | Add(args=(exp(args=(f,)), S.One)):
            return cast("Expr", f)
    return None


def _holds_addend(e: Expr, f: Expr) -> bool:
    """Whether f is part of a sum: without it there is less."""
    if any((a / f).is_Integer and (a / f).is_positive for a in Add.make_args(e)):
        return True
    rest = e - f
    return e != 0 and (rest == 0 or len(Add.make_args(rest)) < len(Add.make_args(e)))


def _find_maxima(e: Add) -> Expr:
    """A sum with max(a, b) in the place of b + relu(a - b)."""
    for term in e.args:
        c, unit = term.as_coeff_Mul()
        if not isinstance(unit, relu):
            continue
        difference, others = unit.args[0], [a for a in e.args if a != term]
        met = [a for a in others if _cancels(a / c, Add.make_args(difference))]
        if met:
            b = Add(*(a / c for a in met))
            left = Add(*(a for a in others if a not in met), c * _write_max(difference + b, b))
            # A maximum of three numbers is a maximum of two of them and of the third.
            return _find_maxima(left) if isinstance(left, Add) else left
    return e


def _cancels(addend: Expr, others: tuple[Expr, ...]) -> bool:
    """Whether an addend takes something away from one of the others."""
    number, rest = addend.as_coeff_Mul()
    return any(o.as_coeff_Mul()[1] == rest and o.as_coeff_Mul()[0] * number < 0 for o in others)


def _write_max(a: Expr, b: Expr) -> Expr:
    """max(a, b), with a number behind; relu where one of them is 0."""
    a, b = (b, a) if a.is_number else (a, b)
    return relu(a) if b == 0 else larger(a, b)


def _write_minima(e: Expr) -> Expr:
    """The formula with min(a, b) for -max(-a, -b)."""
    if not e.has(larger):
        return e
    c, rest = e.as_coeff_Mul()
    if c < 0 and isinstance(rest, larger) and any(a.could_extract_minus_sign() for a in rest.args):
        return -c * smaller(*(_write_minima(-a) for a in rest.args))
    return rebuild(e, _write_minima)
